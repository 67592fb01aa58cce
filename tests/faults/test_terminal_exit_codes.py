"""Lines 1 to 32a at the terminal: the sentence on stderr, exit code 2, no traceback, and an unchanged home."""

import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.home import Home
from tests.typed import tree_of, typed

pytestmark = pytest.mark.faults


def picture(seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (8, 9, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(path: Path, *entries: tuple[str, bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def patched(path: Path, *places: tuple[int, bytes]) -> Path:
    content = bytearray(path.read_bytes())
    for place, replaced in places:
        content[place : place + len(replaced)] = replaced
    path.write_bytes(content)
    return path


def encrypted(folder: Path) -> Path:
    path = zipped(folder / "a.zip", ("ants/1.png", picture()))
    return patched(path, (6, b"\1"), (path.read_bytes().index(b"PK\1\2") + 8, b"\1"))


def lying(folder: Path) -> Path:
    path = zipped(folder / "a.zip", ("ants/1.png", picture()))
    size = struct.pack("<I", 9_000_000)
    return patched(path, (22, size), (path.read_bytes().index(b"PK\1\2") + 24, size))


def with_a_link(folder: Path) -> Path:
    with tarfile.open(folder / "a.tar", "w") as archive:
        link = tarfile.TarInfo("ants/link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return folder / "a.tar"


def folder_of(folder: Path, *files: tuple[str, bytes]) -> Path:
    for name, content in files:
        (folder / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "set" / name).write_bytes(content)
    return folder / "set"


def objects(folder: Path) -> Path:
    np.savez(folder / "a.npz", data=np.array([os.getcwd, None], dtype=object), labels=[0, 1])
    return folder / "a.npz"


def miscounted(folder: Path) -> Path:
    np.savez(folder / "a.npz", data=np.zeros((4, 5, 5), np.uint8), labels=[0, 1])
    return folder / "a.npz"


CASES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "01 empty pictures": (lambda to: folder_of(to, ("a/1.png", b""), ("b/1.png", b"")), "empty file"),
    "02 truncated pictures": (
        lambda to: folder_of(to, ("a/1.png", picture()[:80]), ("b/1.png", picture()[:80])),
        "damaged",
    ),
    "16 climbing": (lambda to: zipped(to / "a.zip", ("../1.png", picture())), "climbs out"),
    "17 link in a zip": (lambda to: zipped(to / "a.zip", ("ants/1.png", b"/etc"), mode=0o120777), "link or device"),
    "17 link in a tar": (with_a_link, "link or device"),
    "18 encrypted": (encrypted, "encrypted"),
    "19 bomb": (lambda to: zipped(to / "a.zip", ("ants/1.png", bytes(30 << 20))), "times its size"),
    "20 lying header": (lying, "nothing of it was kept"),
    "21 twice": (lambda to: zipped(to / "a.zip", ("ants/1.png", b"1"), ("ants//1.png", b"2")), "twice"),
    "24 one class": (lambda to: folder_of(to, ("ants/1.png", picture())), "only one class, 'ants'"),
    "26 collision": (
        lambda to: folder_of(to, ("caf\u00e9/1.png", picture()), ("cafe\u0301/2.png", picture(1))),
        "differ only in how the letters are encoded",
    ),
    "31 capitals": (lambda to: zipped(to / "a.zip", ("ants/a.png", b"1"), ("ants/A.png", b"2")), "the same name"),
    "32 address": (lambda to: Path("http://127.0.0.1/a.zip"), "not fetched"),
    "32a objects": (objects, "never unpickled"),
    "32a labels": (miscounted, "must be as many"),
}


@pytest.mark.parametrize("case", CASES)
def test_lines_1_to_32a_end_with_one_sentence_exit_code_2_and_an_unchanged_home(case, tmp_path, home_folder, capsys):
    make, sentence = CASES[case]
    given = make(tmp_path)
    home_folder.mkdir()
    before = tree_of(home_folder)
    said = typed(capsys, "import", str(given), "--name", "mine", "--json")
    assert said.code == 2
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert tree_of(home_folder) == before
    assert not Home(home_folder).datasets.exists()


def test_lines_27_and_30_an_import_says_what_it_kept_and_what_not(tmp_path, home_folder, capsys):
    hostile = ("<script>", "=cmd()", "![](http:x)", "🐜")
    folder = folder_of(tmp_path, *((f"{name}/{n}.png", picture(n)) for name in hostile for n in range(2)))
    (folder / "<script>" / "notes.txt").write_text("hello")
    said = typed(capsys, "import", str(folder), "--name", "mine", "--json")
    assert said.code == 0
    assert sorted(said.json["classes"]) == sorted(hostile)
    assert said.json["accepted"] == 8
    assert said.json["skipped"] == [{"file": "<script>/notes.txt", "reason": "it is not a picture (.txt)"}]
    listed = typed(capsys, "datasets", "--json").json["datasets"]
    assert [each["pictures"] for each in listed if each["name"] == "mine"] == [8]
    audited = typed(capsys, "audit", "mine", "--json")
    assert audited.code == 0
    assert any(found["kind"] == "skipped" for found in audited.json["findings"])


def test_an_unknown_dataset_ends_with_one_sentence_and_exit_code_2(home_folder, capsys):
    said = typed(capsys, "audit", "digist", "--json")
    assert said.code == 2
    assert "close to it are digits" in said.err
