"""Lines 16 to 21, 23 and 31 of the fault list: archives of unknown origin."""

import gzip
import hashlib
import io
import os
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.data.archives import ON_DISK, UPLOAD, unpack
from core.errors import DataError, NotFound

pytestmark = pytest.mark.faults

Entries = list[tuple[str, bytes]]


def zipped(path: Path, entries: Entries) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of duplicates, which is what is made here
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def tarred(path: Path, entries: Entries) -> Path:
    kind = {".gz": "w:gz", ".xz": "w:xz", ".bz2": "w:bz2"}.get(path.suffix, "w")
    with tarfile.open(path, kind) as archive:  # type: ignore[call-overload]
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


MAKERS: dict[str, Callable[[Path, Entries], Path]] = {
    "a.zip": zipped,
    "a.tar": tarred,
    "a.tar.gz": tarred,
    "a.tar.xz": tarred,
    "a.tar.bz2": tarred,
}

every_kind = pytest.mark.parametrize("kind", MAKERS)


def tree(folder: Path) -> dict[str, str]:
    """Everything below a folder, with its content hashed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
    }


def refusal(archive: Path, **limits) -> str:
    """The sentence with which an archive is refused; nothing may have changed around it."""
    folder = archive.parent / "home"
    folder.mkdir(exist_ok=True)
    before = tree(archive.parent)
    with pytest.raises(DataError) as caught:
        unpack(archive, folder / "unpacked", replace(ON_DISK, **limits))
    assert tree(archive.parent) == before
    sentence = str(caught.value)
    assert archive.name in sentence
    assert "\n" not in sentence
    return sentence


@every_kind
def test_an_honest_archive_is_unpacked(kind, tmp_path):
    entries = [("set/ants/1.jpg", b"one"), ("./set/bees/2.jpg", b"two" * 1000), ("set/empty.txt", b"")]
    folder = unpack(MAKERS[kind](tmp_path / kind, entries), tmp_path / "out")
    assert (folder / "set/ants/1.jpg").read_bytes() == b"one"
    assert (folder / "set/bees/2.jpg").read_bytes() == b"two" * 1000
    assert (folder / "set/empty.txt").read_bytes() == b""
    assert sorted(os.listdir(tmp_path)) == [kind, "out"]  # noqa: PTH208


@every_kind
@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("../escaped.jpg", "climbs out"),
        ("a/../../escaped.jpg", "climbs out"),
        ("/tmp/escaped.jpg", "outside itself"),
        ("C:/escaped.jpg", "outside itself"),
        ("C:\\escaped.jpg", "backslash"),
        ("..\\escaped.jpg", "backslash"),
        ("a\\b.jpg", "backslash"),
        ("a/line\nfeed.jpg", "control characters"),
    ],
)
def test_line_16_a_name_that_leaves_the_folder_rejects_the_archive(kind, name, word, tmp_path):
    sentence = refusal(MAKERS[kind](tmp_path / kind, [("a/good.jpg", b"good"), (name, b"evil")]))
    assert word in sentence


@pytest.mark.parametrize(
    "entry", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_line_17_links_and_devices_in_a_tar_reject_it(entry, tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("ants/link.jpg")
        info.type, info.linkname = entry, "/etc/passwd"
        archive.addfile(info)
    assert "link or device" in refusal(tmp_path / "a.tar")


def test_line_17_a_symlink_in_a_zip_rejects_it(tmp_path):
    link = zipfile.ZipInfo("ants/link.jpg")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "link or device" in refusal(tmp_path / "a.zip")


def test_line_18_an_encrypted_archive_says_so(tmp_path):
    path = zipped(tmp_path / "a.zip", [("ants/1.jpg", b"secret")])
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(path)


@pytest.mark.parametrize("kind", ["a.zip", "a.tar.gz", "a.tar.xz"])
def test_line_19_a_bomb_is_stopped_by_its_ratio(kind, tmp_path):
    path = MAKERS[kind](tmp_path / kind, [("ants/1.bmp", bytes(200 << 20))])
    assert path.stat().st_size < 250_000
    assert "200 times its size" in refusal(path)


@every_kind
def test_line_19_the_total_and_the_count_are_limited(kind, tmp_path):
    path = MAKERS[kind](tmp_path / kind, [(f"ants/{n}.jpg", os.urandom(4000)) for n in range(20)])
    assert "GiB, the limit" in refusal(path, total=50_000)
    assert "19 entries, the limit" in refusal(path, files=19)
    assert (unpack(path, tmp_path / "out", UPLOAD) / "ants/19.jpg").stat().st_size == 4000


def test_line_19_a_nested_bomb_stays_packed(tmp_path):
    inner = zipped(tmp_path / "inner.zip", [("zeros", bytes(50 << 20))]).read_bytes()
    folder = unpack(zipped(tmp_path / "a.zip", [("ants/1.jpg", b"1"), ("inner.zip", inner)]), tmp_path / "out")
    assert (folder / "inner.zip").read_bytes() == inner
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 100_000


def test_line_19_a_bomb_of_headers_is_counted_too(tmp_path):
    with tarfile.open(tmp_path / "long.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("n" * (40 << 20)))
    packed = tmp_path / "a.tar.gz"
    packed.write_bytes(gzip.compress((tmp_path / "long.tar").read_bytes()))
    assert "lies about its size" in refusal(packed)


@pytest.mark.parametrize("claimed", [5, 5_000_000])
def test_line_20_a_header_that_lies_about_the_size_is_an_error(claimed, tmp_path):
    path = zipped(tmp_path / "a.zip", [("ants/1.jpg", os.urandom(1000))])
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 22, claimed)
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, claimed)
    path.write_bytes(content)
    assert "nothing of it was kept" in refusal(path)


@pytest.mark.parametrize("kind", ["a.tar", "a.tar.gz", "a.tar.xz", "a.zip"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_line_20_a_truncated_archive_is_an_error(kind, share, tmp_path):
    path = MAKERS[kind](tmp_path / kind, [(f"ants/{n}.jpg", os.urandom(30_000)) for n in range(8)])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "nothing of it was kept" in refusal(path)


def test_line_20_a_tar_cut_between_two_entries_is_an_error(tmp_path):
    path = tarred(tmp_path / "a.tar", [("ants/1.jpg", bytes(512)), ("ants/2.jpg", bytes(512))])
    path.write_bytes(path.read_bytes()[:1024])
    assert "ends in the middle" in refusal(path)


def test_line_20_a_tar_with_a_damaged_header_is_an_error(tmp_path):
    path = tarred(tmp_path / "a.tar", [("ants/1.jpg", bytes(512)), ("ants/2.jpg", bytes(512))])
    content = bytearray(path.read_bytes())
    content[1024] ^= 0xFF
    path.write_bytes(content)
    assert "damaged" in refusal(path)


@pytest.mark.parametrize(
    "content", [b"", b"not an archive at all", bytes(100), b"PK\x03\x04rubbish", b"\x1f\x8brubbish"]
)
def test_line_20_what_is_no_archive_is_an_error(content, tmp_path):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(content)
    assert "nothing of it was kept" in refusal(path)


def test_line_20_an_archive_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no archive"):
        unpack(tmp_path / "a.zip", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@every_kind
def test_line_21_a_name_used_twice_is_an_error(kind, tmp_path):
    assert "twice" in refusal(MAKERS[kind](tmp_path / kind, [("ants/1.jpg", b"1"), ("ants/./1.jpg", b"2")]))


@every_kind
def test_line_21_a_file_that_is_also_a_folder_is_an_error(kind, tmp_path):
    first, second = ("ants", b"1"), ("ants/1.jpg", b"2")
    for order in ([first, second], [second, first]):
        assert "a file and a folder" in refusal(MAKERS[kind](tmp_path / kind, order))


@every_kind
def test_line_23_what_systems_leave_behind_is_left_out(kind, tmp_path):
    litter = ["__MACOSX/ants/._1.jpg", "ants/.DS_Store", "ants/Thumbs.db", ".ipynb_checkpoints/1.jpg", "desktop.ini"]
    path = MAKERS[kind](tmp_path / kind, [("ants/1.jpg", b"1"), *((name, b"junk") for name in litter)])
    assert tree(unpack(path, tmp_path / "out")).keys() == {"ants", "ants/1.jpg"}


@every_kind
def test_line_31_an_archive_in_the_archive_stays_packed(kind, tmp_path):
    inner = zipped(tmp_path / "inner.zip", [("bees/1.jpg", b"1")]).read_bytes()
    folder = unpack(MAKERS[kind](tmp_path / kind, [("ants/1.jpg", b"1"), ("ants/more.zip", inner)]), tmp_path / "out")
    assert tree(folder).keys() == {"ants", "ants/1.jpg", "ants/more.zip"}


@every_kind
def test_line_31_a_name_of_300_characters_is_shortened_the_same_way_every_time(kind, tmp_path):
    name = "ants/" + "名" * 300 + ".jpg"
    path = MAKERS[kind](tmp_path / kind, [(name, b"1"), (name.replace(".", "2."), b"2")])
    first, second = (sorted(tree(unpack(path, tmp_path / out))) for out in ("one", "two"))
    assert first == second
    assert len(first) == 3
    assert all(len(Path(each).name.encode()) <= 255 for each in first)
    assert all(each.endswith(".jpg") for each in first[1:])


@every_kind
@pytest.mark.parametrize(
    "names", [("ants/a.jpg", "ants/A.jpg"), ("ants/1.jpg", "Ants/2.jpg"), ("caf\u00e9/1.jpg", "cafe\u0301/2.jpg")]
)
def test_line_31_names_that_differ_by_case_or_normalisation_only_reject_the_archive(kind, names, tmp_path):
    for order in (names, names[::-1]):
        assert "some disks take for the same" in refusal(MAKERS[kind](tmp_path / kind, [(n, b"1") for n in order]))
