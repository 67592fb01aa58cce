import io

import numpy as np
import pytest
from PIL import Image

from core.data.collecting import collect, collections, drop_collection, import_collected
from core.data.finding import open_source
from core.errors import DataError, NotFound

HOSTILE = "![](http://127.0.0.1:9/x) <script>alert(1)</script> =cmd() 100%"


def picture(seed: int = 0) -> bytes:
    packed = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, (10, 12, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(packed, "PNG")
    return packed.getvalue()


def test_pictures_of_two_classes_become_a_dataset_and_wait_no_longer(home):
    for seed in range(3):
        collect("pets", "cats", f"{seed}.png", picture(seed), home)
    collect("pets", "dogs", "rex.png", picture(9), home)
    assert collections(home) == {"pets": {"cats": 3, "dogs": 1}}
    report = import_collected("pets", home)
    assert (report.accepted, report.classes, collections(home)) == (4, ("cats", "dogs"), {})
    source = open_source("pets", home)
    assert np.array_equal(np.asarray(source.read(3)), np.asarray(Image.open(io.BytesIO(picture(9)))))


def test_camera_shots_that_are_all_called_alike_are_all_kept(home):
    for seed in range(3):
        collect("pets", "cats", "camera.jpg", picture(seed), home)
    assert collections(home)["pets"]["cats"] == 3


def test_any_name_of_a_class_stays_what_it_is(home):
    collect("pets", HOSTILE, "1.png", picture(1), home)
    collect("pets", "train", "1.png", picture(2), home)
    assert set(collections(home)["pets"]) == {HOSTILE, "train"}
    assert set(import_collected("pets", home).classes) == {HOSTILE, "train"}
    assert set(open_source("pets", home).given) == {""}, "a class may be called as a split is"


@pytest.mark.parametrize("label", ["", "  ", ".hidden", "..", "a\nb", "x" * 300])
def test_what_cannot_be_a_class_is_refused_and_nothing_is_kept(home, label):
    with pytest.raises(DataError, match="A class cannot be called"):
        collect("pets", label, "1.png", picture(), home)
    assert collections(home) == {}


@pytest.mark.parametrize("called", ["../../escaped.png", "/etc/escaped.png", "..\\escaped.png", ".hidden.png"])
def test_a_file_name_leads_nowhere_else(home, called):
    try:
        collect("pets", "cats", called, picture(), home)
    except DataError:
        return
    (kept,) = home.folder.rglob("*.png")
    assert kept.parent == home.folder / "collected/here/pets/cats"
    assert collections(home) == {"pets": {"cats": 1}}


def test_what_is_no_picture_is_left_out_with_its_reason(home):
    collect("pets", "cats", "1.png", picture(1), home)
    collect("pets", "dogs", "1.png", picture(2), home)
    collect("pets", "dogs", "page.html", b"<html>", home)
    (skipped,) = import_collected("pets", home).skipped
    assert skipped.file == "dogs/page.html"
    assert "it holds HTML" in skipped.reason


def test_one_class_is_refused_and_what_was_gathered_stays(home):
    collect("pets", "cats", "1.png", picture(), home)
    with pytest.raises(DataError, match="only one class"):
        import_collected("pets", home)
    assert collections(home) == {"pets": {"cats": 1}}
    assert not (home.datasets / "pets").exists()


def test_each_person_gathers_alone(home):
    collect("pets", "cats", "1.png", picture(), home.seen_by("ann/../bob"))
    assert collections(home) == {}
    assert collections(home.seen_by("bob")) == {}
    assert collections(home.seen_by("ann/../bob")) == {"pets": {"cats": 1}}


def test_thrown_away_is_gone_and_a_second_time_is_told(home):
    collect("pets", "cats", "1.png", picture(), home)
    drop_collection("pets", home)
    assert collections(home) == {}
    with pytest.raises(NotFound, match="Nothing was collected for a dataset called 'pets'"):
        drop_collection("pets", home)


@pytest.mark.parametrize("name", ["digits", "../x", "", "found"])
def test_a_name_that_cannot_be_is_refused_at_once(home, name):
    with pytest.raises(DataError):
        collect(name, "cats", "1.png", picture(), home)
    assert collections(home) == {}
