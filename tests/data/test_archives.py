import io
import tarfile
import warnings
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.archives import ON_DISK, Meter, Refused, archive_stem, unpack
from core.data.entry_names import BadName, Names, is_litter, safe_path, shortened
from core.errors import DataError

PIECES = st.sampled_from(["..", ".", "", "/", "a", "A", "b.jpg", "C:", "\\", "~", "é", "e\u0301", " ", "\n", "x" * 300])
NAMES = st.lists(PIECES, min_size=1, max_size=6).map("/".join) | st.text(min_size=1, max_size=40)


def tar_of(entries: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zip_of(entries: list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def unpacked_below(content: bytes) -> set[str] | None:
    """What unpacking leaves in an empty folder, or None where it was refused; nothing else may appear."""
    with TemporaryDirectory() as named:
        folder = Path(named)
        (folder / "a.archive").write_bytes(content)
        try:
            unpack(folder / "a.archive", folder / "deep/out")
        except DataError as error:
            assert "\n" not in str(error)
            assert [path.name for path in folder.rglob("*")] == ["a.archive"]
            return None
        assert {path.name for path in folder.iterdir()} == {"a.archive", "deep"}
        assert [path.name for path in (folder / "deep").iterdir()] == ["out"]
        return {str(path.relative_to(folder / "deep/out")) for path in folder.rglob("out/**/*") if path.is_file()}


@pytest.mark.parametrize("pack", [tar_of, zip_of])
@settings(max_examples=100, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_no_entry_name_ever_escapes_the_folder(pack, names):
    try:
        content = pack([(name, b"content") for name in names])
    except (ValueError, OverflowError, UnicodeError):
        return  # the format itself cannot hold this name
    left = unpacked_below(content)
    assert left is None or len(left) <= len(names)


@pytest.mark.parametrize("pack", [tar_of, zip_of])
@settings(max_examples=100, deadline=None)
@given(where=st.integers(0, 10_000), bits=st.integers(1, 255), cut=st.integers(0, 3000) | st.none())
def test_a_damaged_archive_is_refused_or_unpacked_but_never_crashes(pack, where, bits, cut):
    content = bytearray(pack([("ants/1.jpg", b"a picture" * 50), ("bees/2.jpg", b"another")]))
    content[where % len(content)] ^= bits
    left = unpacked_below(bytes(content[:cut]))
    assert left is None or len(left) <= 2, "nothing appears that was not packed"


@given(st.text(min_size=1, max_size=400))
def test_a_shortened_name_fits_and_an_ordinary_one_stays(name):
    try:
        written = name.encode()
    except UnicodeError:
        return
    short = shortened(name)
    assert len(short.encode()) <= 255
    assert short == name or len(written) > 255


@given(st.lists(st.sampled_from(["a/b", "a", "A/c", "d", "a/b/c"]), max_size=5, unique=True), st.randoms())
def test_a_clash_of_names_is_found_in_whatever_order_they_come(paths, chance):
    def clashes(order: list[str]) -> bool:
        names = Names()
        try:
            for path in order:
                names.take(PurePosixPath(path))
        except BadName:
            return True
        return False

    shuffled = paths.copy()
    chance.shuffle(shuffled)
    assert clashes(paths) == clashes(shuffled)


def test_a_path_keeps_its_folders_and_loses_its_dots():
    assert safe_path("./set//ants/./1.jpg") == PurePosixPath("set/ants/1.jpg")


@pytest.mark.parametrize("path", ["a/.hidden.jpg", "__MACOSX/a.jpg", "a/THUMBS.DB", ".git/config"])
def test_litter_is_known_by_its_name(path):
    assert is_litter(path)
    assert not is_litter("a/b.jpg")


def test_names_that_a_mac_wrote_without_saying_so_are_read_as_meant(tmp_path):
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        archive.writestr("fl\u00fcgel_\U0001f41d/1.jpg", b"1")
    content = bytearray((tmp_path / "mac.zip").read_bytes())
    content[7] &= ~8
    content[content.index(b"PK\x01\x02") + 9] &= ~8
    (tmp_path / "mac.zip").write_bytes(content)
    assert (unpack(tmp_path / "mac.zip", tmp_path / "out") / "fl\u00fcgel_\U0001f41d/1.jpg").read_bytes() == b"1"


def test_small_archives_may_pack_as_well_as_they_like():
    Meter(ON_DISK, packed=100).bytes(9 << 20)
    with pytest.raises(Refused, match="times its size"):
        Meter(ON_DISK, packed=100).bytes(11 << 20)


@pytest.mark.parametrize(
    ("name", "stem"), [("a.tar.gz", "a"), ("B.ZIP", "B"), ("c.d.txz", "c.d"), ("e.jpg", None), (".zip", None)]
)
def test_an_archive_is_known_by_its_ending(name, stem):
    assert archive_stem(name) == stem
