import json

import numpy as np
import pytest
from PIL import Image

from core.data.finding import open_source
from core.data.folders import folder_source
from core.data.importing import import_dataset
from core.errors import DataError


def test_small_pictures_survive_an_import_bit_for_bit(draw, home):
    folder = draw("set", {"train/ants": 3, "train/bees": 2, "test/ants": 1})
    report = import_dataset(folder, "mine", home)
    assert (report.accepted, report.classes) == (6, ("ants", "bees"))
    before, after = folder_source("set", folder, home.cache), open_source("mine", home)
    assert list(after.files) == list(before.files)
    assert list(after.given) == list(before.given)
    assert np.array_equal(after.labels, before.labels)
    for index in range(6):
        assert np.array_equal(np.asarray(after.read(index)), np.asarray(before.read(index)))


def test_large_photographs_are_kept_small_and_nearly_the_same(draw, home):
    folder = draw("set", {"ants": 1, "bees": 1})
    smooth = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    smooth.save(folder / "ants/large.jpg", quality=90)
    import_dataset(folder, "mine", home)
    source = open_source("mine", home)
    copy = np.asarray(source.read(list(source.files).index("ants/large.jpg"))).astype(int)
    assert np.abs(copy - np.asarray(Image.open(folder / "ants/large.jpg"))).max() < 8
    assert len(list((home.datasets / "mine").rglob("*.jpg"))) == 1


def test_an_import_knows_what_its_pictures_were(draw, home):
    folder = draw("set", {"ants": 2, "bees": 2})
    Image.new("CMYK", (30, 20)).save(folder / "ants/print.tiff")
    import_dataset(folder, "mine", home)
    source = open_source("mine", home)
    assert source.facts is not None
    facts = source.facts(list(source.files).index("ants/print.tiff"))
    assert (facts.mode, facts.format, facts.width) == ("CMYK", "TIFF", 30)


def test_what_had_to_be_done_to_pictures_is_counted(draw, home):
    folder = draw("set", {"ants": 2, "bees": 2})
    for number in range(3):
        Image.new("RGBA", (8, 8), (9, 9, 9, 9)).save(folder / f"ants/clear{number}.png")
    assert import_dataset(folder, "mine", home).warnings == ("In 3 pictures transparent parts became white.",)


def test_the_report_is_kept_beside_the_copy(draw, home):
    folder = draw("set", {"ants": 2, "bees": 2})
    (folder / "readme.txt").write_text("hello")
    report = import_dataset(folder, "mine", home)
    kept = json.loads((home.datasets / "mine/report.json").read_text())
    assert kept == report.to_json()
    assert kept["skipped"] == [{"file": "readme.txt", "reason": "it is not a picture (.txt)"}]


def test_arrays_are_imported_and_read_back(home, tmp_path):
    pictures = np.random.default_rng(0).integers(0, 256, (6, 5, 4), dtype=np.uint8)
    np.savez(tmp_path / "it.npz", x_train=pictures[:4] / 255, y_train=[3, 1, 3, 1], x_test=pictures[4:], y_test=[1, 3])
    report = import_dataset(tmp_path / "it.npz", "mine", home)
    assert (report.accepted, report.classes) == (6, ("1", "3"))
    source = open_source("mine", home)
    assert list(source.labels) == [1, 0, 1, 0, 0, 1]
    assert list(source.given) == ["train"] * 4 + ["test"] * 2
    assert all(np.array_equal(np.asarray(source.read(n))[..., 1], pictures[n]) for n in range(6))


def test_the_fingerprint_of_an_import_follows_its_content(draw, home):
    folder = draw("set", {"ants": 2, "bees": 2})
    import_dataset(folder, "one", home)
    import_dataset(folder, "two", home)
    Image.new("RGB", (5, 5)).save(folder / "ants/0.png")
    import_dataset(folder, "three", home)
    one, two, three = (open_source(name, home).fingerprint for name in ("one", "two", "three"))
    assert one == two != three


@pytest.mark.parametrize(
    "damage", ["", "{", '{"version": 1}', '{"kind": "pictures", "pictures": [[1]], "skipped": []}']
)
def test_a_damaged_description_is_told_in_a_sentence(draw, home, damage):
    import_dataset(draw("set", {"ants": 2, "bees": 2}), "mine", home)
    (home.datasets / "mine/dataset.json").write_text(damage)
    with pytest.raises(DataError, match="The imported dataset mine is damaged"):
        open_source("mine", home)
