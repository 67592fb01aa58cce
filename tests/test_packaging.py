"""The lock, the ranges and the README's commands say the same."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parent.parent
STATED = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements(name: str) -> dict[str, Requirement]:
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return {canonicalize_name(each.name): each for each in found}


def ranges(listed: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in listed}


def pinned(requirement: Requirement) -> str:
    (pin,) = requirement.specifier
    assert pin.operator == "==" and pin.version, requirement
    return pin.version


def assert_pins_lie_in_ranges(pins: dict[str, Requirement], allowed: dict[str, Requirement]) -> None:
    assert set(pins) == set(allowed)
    for name, pin in pins.items():
        assert allowed[name].specifier.contains(pinned(pin)), f"{pin} lies outside {allowed[name]}"
        assert pin.extras == allowed[name].extras


def test_what_runs_is_pinned_within_what_pyproject_allows():
    assert_pins_lie_in_ranges(requirements("requirements.txt"), ranges(STATED["dependencies"]))


def test_what_tests_is_pinned_within_what_pyproject_allows():
    assert_pins_lie_in_ranges(requirements("requirements-dev.txt"), ranges(STATED["optional-dependencies"]["dev"]))


def test_every_pin_is_the_lock_s():
    lock = requirements("constraints.txt")
    for name, pin in (requirements("requirements.txt") | requirements("requirements-dev.txt")).items():
        assert pinned(lock[name]) == pinned(pin)


def test_what_only_linux_has_is_bound_to_linux_in_the_lock():
    for name, pin in requirements("constraints.txt").items():
        if name.startswith(("nvidia-", "cuda-", "triton")):
            assert pin.marker and not pin.marker.evaluate({"sys_platform": "darwin", "platform_machine": "arm64"}), pin


def test_every_third_party_import_of_the_house_is_a_stated_dependency():
    extras = STATED["optional-dependencies"]
    allowed = {*ranges(STATED["dependencies"]), *ranges(extras["onnx"]), "datasets", "ray"}
    called = {"PIL": "pillow", "sklearn": "scikit-learn", "pillow_heif": "pillow-heif"}
    files = [file for room in ("core", "door", "pages") for file in (PROJECT / room).rglob("*.py")]
    files += [PROJECT / "streamlit_app.py", PROJECT / "hosted.py"]
    own = {"core", "door", "pages", "streamlit_app"}
    for file in files:
        for name in imported_by(file) - own - sys.stdlib_module_names:
            assert canonicalize_name(called.get(name) or name) in allowed, f"{file.relative_to(PROJECT)}: {name}"


def imported_by(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_the_readme_has_one_line_that_opens_the_application_and_one_that_tests_it():
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.startswith("python3 -m venv ")]
    assert [line.rsplit(" && ", 1)[1] for line in commands] == [
        ".venv/bin/streamlit run streamlit_app.py",
        ".venv/bin/pytest",
    ]


def test_the_check_of_everything_is_a_script_that_bash_can_read():
    script = PROJECT / ".ci" / "run"
    assert script.stat().st_mode & 0o100, "it must be executable"
    assert subprocess.run(["bash", "-n", str(script)], capture_output=True).returncode == 0
