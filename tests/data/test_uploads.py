"""What a browser uploads becomes a dataset, or nothing of it stays."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.finding import open_source
from core.data.importing import import_upload
from core.errors import DataError
from core.home import Home


def packed(folder: Path, *more: tuple[str, bytes]) -> io.BytesIO:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder.parent).as_posix())
        for name, content in more:
            archive.writestr(name, content)
    held.seek(0)
    return held


def one_bit(side: int) -> bytes:
    held = io.BytesIO()
    Image.new("1", (side, side)).save(held, "PNG")
    return held.getvalue()


def left_in(home: Home) -> list[str]:
    return [path.name for path in home.datasets.rglob("*")] if home.datasets.exists() else []


def test_an_archive_becomes_a_dataset_and_nothing_else_of_it_stays(draw, home):
    folder = draw("set", {"ants": 3, "bees": 2})
    report = import_upload(packed(folder), "my photos.zip", "mine", home)
    assert (report.accepted, report.classes) == (5, ("ants", "bees"))
    assert len(open_source("mine", home)) == 5
    assert sorted(each.name for each in (home.datasets / "mine").iterdir()) == [
        "dataset.json",
        "pictures",
        "report.json",
    ]


def test_how_far_it_is_is_told(draw, home):
    heard = []
    import_upload(
        packed(draw("set", {"ants": 3, "bees": 2})), "a.zip", "mine", home, lambda done, of: heard.append((done, of))
    )
    assert heard == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_a_picture_that_is_far_too_large_is_left_out_with_its_reason(draw, home):
    upload = packed(draw("set", {"ants": 3, "bees": 2}), ("set/ants/huge.png", one_bit(5_001)))
    (skipped,) = import_upload(upload, "a.zip", "mine", home).skipped
    assert skipped.file == "ants/huge.png"
    assert "25 megapixels" in skipped.reason


def test_a_damaged_archive_is_one_sentence_and_leaves_nothing(draw, home):
    whole = packed(draw("set", {"ants": 3, "bees": 2})).getvalue()
    with pytest.raises(DataError) as caught:
        import_upload(io.BytesIO(whole[: len(whole) // 2]), "photos.zip", "mine", home)
    assert "The archive photos.zip is damaged" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert left_in(home) == []


@pytest.mark.parametrize("called", ["notes.txt", "photo.jpg", "", "evil\0.zip", "..", "."])
def test_what_is_neither_archive_nor_arrays_is_refused_and_leaves_nothing(home, called):
    with pytest.raises(DataError):
        import_upload(io.BytesIO(b"hello"), called, "mine", home)
    assert left_in(home) == []


def test_a_path_in_the_name_of_an_upload_leads_nowhere(draw, home, tmp_path):
    import_upload(packed(draw("set", {"ants": 3, "bees": 2})), "../../../evil.zip", "mine", home)
    assert list(tmp_path.rglob("evil*")) == []


def test_arrays_can_be_uploaded_too(home):
    held = io.BytesIO()
    pictures = np.random.default_rng(0).integers(0, 256, (4, 5, 6), dtype=np.uint8)
    np.savez(held, x_train=pictures, y_train=[0, 1, 0, 1])
    held.seek(0)
    assert import_upload(held, "it.npz", "mine", home).accepted == 4


def test_an_upload_of_a_person_is_theirs(draw, home):
    import_upload(packed(draw("set", {"ants": 3, "bees": 2})), "a.zip", "mine", home.seen_by("ann"))
    assert len(open_source("mine", home.seen_by("ann"))) == 5
    with pytest.raises(DataError, match="There is no dataset called 'mine'"):
        open_source("mine", home.seen_by("bob"))


def test_hostile_classes_are_imported_as_they_are_called(draw, home):
    folder = draw("set", {"<script>alert(1)<": 2, "=cmd()": 2, "![](x)": 2})
    assert set(import_upload(packed(folder), "a.zip", "mine", home).classes) == {
        "<script>alert(1)<",
        "=cmd()",
        "![](x)",
    }
