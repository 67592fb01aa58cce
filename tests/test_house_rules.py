"""The architecture, held by tests: who may know whom, what nobody may do, and that the docs tell the truth."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
CORE = sorted((PROJECT / "core").rglob("*.py"))
QUIET_ROOMS = ("catalog", "data", "training", "learners", "insight", "runs", "engines")
WITHOUT_TORCH = ("torch", "torchvision", "timm", "transformers", "peft")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def files_of(*rooms: str) -> list[Path]:
    return [file for file in CORE if file.relative_to(PROJECT / "core").parts[0] in rooms]


def imported(nodes: Iterator[ast.AST] | list[ast.stmt]) -> set[str]:
    """The top-level packages that these nodes import."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


def calls(file: Path) -> set[str]:
    """Everything a file calls, as written: `print`, `time.time`."""
    return {ast.unparse(node.func) for node in ast.walk(tree(file)) if isinstance(node, ast.Call)}


def named(files: list[Path]) -> list[str]:
    return [str(file.relative_to(PROJECT)) for file in files]


def tracked() -> list[Path]:
    """The files of the project: what git knows or would add, else (in an archive without git) nothing."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=PROJECT, capture_output=True, text=True
    )
    return [PROJECT / line for line in listed.stdout.splitlines() if (PROJECT / line).is_file()]


def modules_after(statement: str) -> set[str]:
    """The top-level packages loaded by a fresh Python that ran the statement."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_only_pages_know_streamlit():
    assert named([file for file in CORE if "streamlit" in imported(ast.walk(tree(file)))]) == []


@pytest.mark.parametrize("room", ["catalog", "data", "runs", "insight", "engines", "service", "terminal"])
def test_a_room_that_pages_load_has_no_torch_at_its_door(room: str):
    files = [*files_of(room), PROJECT / "core" / "__main__.py"]
    assert named([file for file in files if imported(tree(file).body) & set(WITHOUT_TORCH)]) == []


def test_the_service_starts_without_torch_and_without_anything_heavy():
    loaded = modules_after("import core.service")
    assert "core" in loaded
    assert loaded & {*WITHOUT_TORCH, "sklearn", "scipy", "streamlit"} == set()


def test_the_terminal_answers_without_torch():
    assert modules_after("import core.__main__") & {*WITHOUT_TORCH, "sklearn", "scipy", "streamlit"} == set()


def test_the_front_door_starts_without_torch():
    drawn = "from streamlit.testing.v1 import AppTest; assert not AppTest.from_file('streamlit_app.py').run().exception"
    assert modules_after(drawn) & set(WITHOUT_TORCH) == set()


def test_only_the_record_speaks_sql():
    allowed = PROJECT / "core" / "runs"
    outside = [file for file in [*CORE, *pages()] if allowed not in file.parents]
    assert named([file for file in outside if "sqlite3" in imported(ast.walk(tree(file)))]) == []


def test_pages_know_the_workbench_and_the_catalog_alone():
    allowed = {"core.service", "core.errors", "core.events", "core.recipe"}
    for file in pages():
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("core"):
                assert node.module in allowed or str(node.module).startswith("core.catalog"), (file, node.module)
        assert imported(ast.walk(tree(file))) & {*WITHOUT_TORCH, "threading", "multiprocessing", "subprocess"} == set()


def test_the_door_knows_neither_streamlit_nor_the_pages_nor_the_record():
    for file in sorted((PROJECT / "door").rglob("*.py")):
        modules = {node.module or "" for node in ast.walk(tree(file)) if isinstance(node, ast.ImportFrom)}
        assert {each for each in modules if each.startswith("core")} <= {"core.errors", "core.home"}, file
        assert imported(ast.walk(tree(file))) & {*WITHOUT_TORCH, "streamlit", "pages", "sqlite3"} == set(), file
        assert ast.get_docstring(tree(file)) or file.name == "__init__.py", file


def test_every_page_is_in_the_navigation():
    from streamlit_app import PAGES

    assert {file.stem for file in (PROJECT / "pages").glob("*.py")} == {"home", *PAGES}


def test_there_is_one_way_between_pages():
    """Any other leaves no page whose widget is bound to its address."""
    assert named([file for file in pages() if "switch_page" in file.read_text()]) == ["pages/shared/ways.py"]


def test_every_page_begins_with_the_guard():
    for file in (PROJECT / "pages").glob("*.py"):
        _, *statements = tree(file).body
        first = next(each for each in statements if not isinstance(each, ast.Import | ast.ImportFrom))
        assert ast.unparse(first) == "enter()", f"{file.name} must begin with enter()"


def test_no_page_holds_a_bare_word():
    """Streamlit would write it on the page, as it does with anything that stands alone in a script."""
    bare = [
        f"{file.name}: {ast.unparse(node.value)}"
        for file in sorted((PROJECT / "pages").glob("*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body[1:]
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
    ]
    assert bare == []


def test_training_neither_prints_nor_reads_the_clock_on_the_wall():
    forbidden = {"print", "time.time", "datetime.now", "datetime.datetime.now", "datetime.utcnow", "time.ctime"}
    assert {
        str(file): calls(file) & forbidden for file in files_of("training", "learners") if calls(file) & forbidden
    } == {}


def test_no_room_below_the_terminal_prints():
    assert named([file for file in files_of(*QUIET_ROOMS) if "print" in calls(file)]) == []


def test_only_execute_catches_everything():
    broad = {"Exception", "BaseException"}
    catching = [
        file
        for file in [*CORE, *pages()]
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in broad)
    ]
    assert set(named(catching)) <= {"core/engines/base.py"}


def test_nothing_from_outside_is_ever_unpickled():
    for file in CORE:
        assert imported(ast.walk(tree(file))) & {"pickle", "joblib", "dill", "cloudpickle", "shelve"} == set(), file
        loads = [node for node in ast.walk(tree(file)) if isinstance(node, ast.Call) and _is_a_loader(node)]
        for call in loads:
            safe = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            assert safe.get("weights_only", safe.get("allow_pickle")) in ("True", "False"), (file, ast.unparse(call))
            assert safe.get("weights_only") != "False", (file, ast.unparse(call))
            assert safe.get("allow_pickle") != "True", (file, ast.unparse(call))


def _is_a_loader(call: ast.Call) -> bool:
    return ast.unparse(call.func) in ("torch.load", "np.load", "numpy.load")


def test_no_file_is_a_junk_drawer():
    junk = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [
        file for file in tracked() if junk & {part.split(".")[0].lower() for part in file.parts[len(PROJECT.parts) :]}
    ] == []


def test_every_module_of_core_opens_with_a_sentence():
    speechless = [file for file in CORE if file.name != "__init__.py" and not ast.get_docstring(tree(file))]
    assert named(speechless) == []


def test_no_tracked_file_knows_a_path_of_one_machine():
    # Written in two halves, so that this file does not find itself.
    machine = re.compile(
        "|".join(["/" + r"work/", "/" + r"tmp/venv", "/" + r"root/", "/" + r"home/\w+/", "/" + r"Users/\w+/"])
    )
    told = {}
    for file in tracked():
        text = file.read_bytes().decode("utf-8", errors="ignore")
        if found := machine.findall(text):
            told[str(file.relative_to(PROJECT))] = found
    assert told == {}


def test_no_third_party_data_or_weights_are_tracked():
    shipped = PROJECT / "checkpoints" / "shipped"
    heavy = {".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".gz", ".xz", ".npz", ".npy", ".parquet", ".onnx", ".pkl"}
    assert named([file for file in tracked() if file.suffix in heavy and shipped not in file.parents]) == []
    assert named([file for file in tracked() if file.stat().st_size > 2_000_000]) == []


def test_the_docs_tell_of_every_registered_name_and_are_not_stale():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.make_docs", "--check"], cwd=PROJECT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_link_of_the_docs_leads_somewhere():
    for file in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.relative_to(PROJECT)} points to {target}"


def pages() -> list[Path]:
    return [PROJECT / "streamlit_app.py", *sorted((PROJECT / "pages").rglob("*.py"))]
