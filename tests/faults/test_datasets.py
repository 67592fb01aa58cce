"""Lines 14 and 22 to 32 of the fault list: whole datasets, found or imported."""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.archives import UPLOAD
from core.data.audit import audit
from core.data.finding import find_datasets, open_source
from core.data.folders import folder_source
from core.data.importing import import_dataset
from core.data.splits import split
from core.data.stacks import stacked_source
from core.errors import DataError, ExplorerError, NotFound
from core.home import Home

pytestmark = pytest.mark.faults

PROJECT = Path(__file__).resolve().parents[2]
HOSTILE = ["![](http://x)", "<script>alert(1)", "=cmd()", "🐜", "نحل", "a'b\"c", "{{7*7}}", "$x$"]


@pytest.fixture
def home(home_folder: Path) -> Home:
    return Home(home_folder)


def picture(seed: int, kind: str = "PNG", size: tuple[int, int] = (9, 7)) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, kind)
    return buffer.getvalue()


def folder_of(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def two_classes(count: int = 2) -> dict[str, bytes]:
    names = [f"{label}/{number}.png" for label in ("ants", "bees") for number in range(count)]
    return {name: picture(seed) for seed, name in enumerate(names)}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tree(home: Home) -> dict[str, str]:
    files = (path for path in home.folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def refusal(path: Path, home: Home, name: str = "mine", kind: type[ExplorerError] = DataError) -> str:
    """The sentence with which an import is refused; the home stays as it was, down to the last file."""
    before = tree(home)
    with pytest.raises(kind) as caught:
        import_dataset(path, name, home)
    assert tree(home) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_line_14_a_polyglot_is_written_anew(tmp_path, home):
    hidden = zipped(tmp_path / "hidden.zip", {"payload.txt": b"canary"}).read_bytes()
    folder = folder_of(tmp_path / "set", {**two_classes(), "ants/both.gif": picture(9, "GIF") + hidden})
    report = import_dataset(folder, "mine", home)
    assert report.accepted == 5
    for path in (home.datasets / "mine").rglob("*"):
        if path.is_file():
            assert not zipfile.is_zipfile(path)
            assert b"canary" not in path.read_bytes()


def test_line_08_an_import_keeps_no_place_of_a_photograph(tmp_path, home):
    exif = Image.Exif()
    exif[0x010E] = "the secret garden"
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "green").save(buffer, "JPEG", exif=exif)
    import_dataset(folder_of(tmp_path / "set", {**two_classes(), "ants/garden.jpg": buffer.getvalue()}), "mine", home)
    assert all(b"secret garden" not in path.read_bytes() for path in home.datasets.rglob("*") if path.is_file())
    source = open_source("mine", home)
    assert source.read(list(source.files).index("ants/garden.jpg")).size == (200, 300)


def test_line_22_one_wrapping_folder_is_unwrapped(tmp_path, home):
    archive = zipped(tmp_path / "a.zip", {f"my set/{name}": content for name, content in two_classes().items()})
    assert import_dataset(archive, "mine", home).classes == ("ants", "bees")


@pytest.mark.parametrize("packed", [True, False])
def test_line_23_litter_is_ignored_and_counted(packed, tmp_path, home):
    litter = {
        "__MACOSX/ants/._0.png": b"x",
        "ants/.DS_Store": b"x",
        "Thumbs.db": b"x",
        ".ipynb_checkpoints/a.png": b"x",
    }
    files = {**two_classes(), **litter}
    place = zipped(tmp_path / "a.zip", files) if packed else folder_of(tmp_path / "set", files)
    report = import_dataset(place, "mine", home)
    assert (report.accepted, report.ignored, report.skipped) == (4, 4, ())


def test_line_24_one_class_is_blocked_with_the_reason(tmp_path, home):
    one = {name: content for name, content in two_classes().items() if name.startswith("ants")}
    folder = folder_of(tmp_path / "set", one)
    assert "only one class, 'ants'" in refusal(folder, home)
    with pytest.raises(DataError, match="only one class, 'ants'"):
        folder_source("set", folder, home.cache)


def test_line_24_no_class_at_all_is_blocked(tmp_path, home):
    assert "no class folders" in refusal(folder_of(tmp_path / "set", {"a.png": picture(1)}), home)


def test_line_25_one_picture_in_a_class_warns_about_validation(tmp_path, home):
    folder = folder_of(tmp_path / "set", {**two_classes(8), "wasps/only.png": picture(77)})
    report = import_dataset(folder, "mine", home)
    assert any("'wasps'" in warning and "cannot be validated" in warning for warning in report.warnings)
    source = open_source("mine", home)
    assert source.classes[source.labels[split(source)["train"]].max()] == "wasps"


@pytest.mark.parametrize("packed", [True, False])
def test_line_26_and_27_names_of_all_kinds_are_kept_as_data(packed, tmp_path, home):
    files = {f"{name}/{n}.png": picture(n) for name in HOSTILE for n in range(2)}
    place = zipped(tmp_path / "a.zip", files) if packed else folder_of(tmp_path / "set", files)
    expected = tuple(sorted({name.split("/")[0] for name in files}))
    assert import_dataset(place, "mine", home).classes == expected
    assert open_source("mine", home).classes == expected
    copied = [path.relative_to(home.datasets) for path in home.datasets.rglob("*")]
    assert all(str(path).isascii() and "<" not in str(path) and "=" not in str(path) for path in copied)
    report = json.loads((home.datasets / "mine/report.json").read_text(encoding="utf-8"))
    assert tuple(report["classes"]) == expected


def test_line_26_names_that_collide_after_normalisation_are_reported(tmp_path, home):
    files = {**two_classes(), "caf\u00e9/1.png": picture(5), "cafe\u0301/2.png": picture(6)}
    assert "'caf\u00e9'" in refusal(folder_of(tmp_path / "set", files), home)
    assert "some disks take for the same name" in refusal(zipped(tmp_path / "a.zip", files), home)


def test_line_28_ten_thousand_classes_are_split_in_seconds(tmp_path):
    began = time.monotonic()
    labels = np.repeat(np.arange(10_000), 4)
    source = stacked_source(
        "many",
        np.zeros((40_000, 2, 2), np.uint8),
        labels,
        [f"class {number}" for number in range(10_000)],
        given=[""] * 40_000,
    )
    parts = split(source)
    assert time.monotonic() - began < 10
    assert len(parts["val"]) == 4000
    assert len(set(labels[parts["train"]])) == 10_000


def test_line_28_a_folder_of_many_classes_is_opened(tmp_path, home):
    one = picture(1)
    folder = folder_of(tmp_path / "set", {f"{number}/a.png": one for number in range(1000)} | {"0/b.png": one})
    source = folder_source("many", folder, home.cache)
    assert source.classes[:3] == ("0", "1", "2")
    assert len(source.classes) == 1000


def test_line_29_the_same_picture_in_two_splits_is_a_leak(tmp_path, home):
    names = [f"{part}/{label}/{n}.png" for part in ("train", "test") for label in ("ants", "bees") for n in range(3)]
    files = {name: picture(seed) for seed, name in enumerate(names)}
    files["test/ants/copy.png"] = files["train/ants/1.png"]
    source = folder_source("set", folder_of(tmp_path / "set", files), home.cache)
    leaks = [found for found in audit(source, split(source)).findings if found.kind == "leak"]
    assert len(leaks) == 1
    assert leaks[0].severity == "error"
    assert set(leaks[0].files) == {"test/ants/copy.png", "train/ants/1.png"}


@pytest.mark.parametrize("packed", [True, False])
def test_line_30_other_files_are_skipped_each_with_its_reason(packed, tmp_path, home):
    others = {
        "readme.txt": b"hello",
        "ants/notes.csv": b"a,b",
        "ants/cut.png": picture(4)[:60],
        "ants/empty.jpg": b"",
        "bees/drawing.jpg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "loose.png": picture(5),
    }
    files = {**two_classes(), **others}
    place = zipped(tmp_path / "a.zip", files) if packed else folder_of(tmp_path / "set", files)
    report = import_dataset(place, "mine", home)
    assert report.accepted == 4
    reasons = {skip.file: skip.reason for skip in report.skipped}
    assert reasons.keys() == others.keys()
    assert "not a picture (.txt)" in reasons["readme.txt"]
    assert "damaged" in reasons["ants/cut.png"]
    assert "empty file" in reasons["ants/empty.jpg"]
    assert "it holds SVG" in reasons["bees/drawing.jpg"]
    assert "not in a class folder" in reasons["loose.png"]


def test_line_31_an_archive_in_the_archive_is_skipped_with_its_reason(tmp_path, home):
    inner = zipped(tmp_path / "inner.zip", two_classes()).read_bytes()
    report = import_dataset(zipped(tmp_path / "a.zip", {**two_classes(), "more.zip": inner}), "mine", home)
    assert [(skip.file, "not unpacked" in skip.reason) for skip in report.skipped] == [("more.zip", True)]


@pytest.mark.parametrize("name", ["../mine", "a/b", "", ".hidden", "found", "x" * 65, "a b", "C:\\x", "hf:a", "-rf"])
def test_line_31_a_name_that_could_be_a_path_is_refused(name, tmp_path, home):
    assert "cannot be called" in refusal(folder_of(tmp_path / "set", two_classes()), home, name)


def test_line_32_addresses_are_not_fetched(home):
    for address in ("http://127.0.0.1:1/a.zip", "file:///etc/passwd", "http://169.254.169.254/"):
        assert "not fetched" in refusal(Path(address), home, kind=NotFound)


def test_a_name_that_is_taken_is_refused(tmp_path, home):
    folder = folder_of(tmp_path / "set", two_classes())
    import_dataset(folder, "mine", home)
    assert "called mine already" in refusal(folder, home)
    assert "a dataset that Thaw knows" in refusal(folder, home, "digits")


def test_what_is_neither_folder_nor_archive_is_refused(tmp_path, home):
    (tmp_path / "one.png").write_bytes(picture(1))
    assert "neither a folder nor an archive" in refusal(tmp_path / "one.png", home)
    assert "check the path" in refusal(tmp_path / "nothing", home, kind=NotFound)


def test_an_archive_that_is_refused_half_way_leaves_nothing(tmp_path, home):
    content = zipped(tmp_path / "a.zip", two_classes(50)).read_bytes()
    (tmp_path / "a.zip").write_bytes(content.replace(picture(99), bytes(len(picture(99)))))
    assert "damaged" in refusal(tmp_path / "a.zip", home)


def test_an_upload_has_narrower_limits(tmp_path, home):
    assert (UPLOAD.files, UPLOAD.total) == (200_000, 2 << 30)
    archive = zipped(tmp_path / "a.zip", two_classes(10))
    with pytest.raises(DataError, match="more than 19 entries, the limit"):
        import_dataset(archive, "mine", home, replace(UPLOAD, files=19))
    assert tree(home) == {}


def test_a_killed_import_leaves_no_dataset_and_a_second_try_starts_clean(tmp_path, home):
    folder = folder_of(tmp_path / "set", two_classes(400))
    script = "import sys; from pathlib import Path; from core.data.importing import import_dataset; "
    script += "from core.home import Home; import_dataset(Path(sys.argv[1]), 'mine', Home(Path(sys.argv[2])))"
    worker = subprocess.Popen([sys.executable, "-c", script, str(folder), str(home.folder)], cwd=PROJECT)
    while worker.poll() is None and not any(home.datasets.glob(".mine.partial/pictures/*/*")):
        time.sleep(0.005)
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
    assert "mine" not in {found.name for found in find_datasets(home)}
    assert import_dataset(folder, "mine", home).accepted == 800
    assert [path.name for path in home.datasets.iterdir()] == ["mine"]
