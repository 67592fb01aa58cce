import os

import numpy as np
import pytest
from PIL import Image

from core.catalog.datasets import DATASETS
from core.data.folders import folder_source, listing
from core.data.splits import split
from core.errors import DataError


def test_a_folder_becomes_a_dataset(draw, home):
    folder = draw("set", {"train/bees": 2, "train/ants": 3, "test/ants": 1}, ending=".PNG")
    source = folder_source("set", folder, home.cache)
    assert source.classes == ("ants", "bees")
    assert list(source.files)[:2] == ["test/ants/0.PNG", "train/ants/0.PNG"]
    assert list(source.labels) == [0, 0, 0, 0, 1, 1]
    assert list(source.given) == ["test"] + ["train"] * 5
    assert np.array_equal(np.asarray(source.read(0)), np.asarray(Image.open(folder / "test/ants/0.PNG")))
    assert source.facts is not None
    assert (source.facts(0).width, source.facts(0).format) == (12, "PNG")


def test_a_second_look_judges_only_what_changed(draw, home):
    folder = draw("set", {"ants": 3, "bees": 3})
    first = folder_source("set", folder, home.cache)
    status = (folder / "ants/0.png").stat()
    (folder / "ants/0.png").write_bytes(bytes(status.st_size))
    os.utime(folder / "ants/0.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert folder_source("set", folder, home.cache).fingerprint == first.fingerprint
    os.utime(folder / "ants/0.png", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    again = folder_source("set", folder, home.cache)
    assert len(again) == 5
    assert [skip.file for skip in again.skipped] == ["ants/0.png"]


@pytest.mark.parametrize(
    "damaged", ["", "{", "0\n", '{"version": 1, "files": {}}', '1\n["ants/0.png", 7', "1\n[]\n", "1\n7"]
)
def test_a_damaged_memory_is_made_again(draw, home, damaged):
    folder = draw("set", {"ants": 3, "bees": 3})
    first = folder_source("set", folder, home.cache)
    [memory] = (home.cache / "files").iterdir()
    whole = memory.read_text()
    memory.write_text(damaged)
    assert folder_source("set", folder, home.cache).fingerprint == first.fingerprint
    assert memory.read_text() == whole


def test_the_fingerprint_follows_content_names_and_labels(draw, home):
    folder = draw("set", {"ants": 3, "bees": 3})
    seen = {folder_source("set", folder, home.cache).fingerprint}
    Image.new("RGB", (4, 4)).save(folder / "ants/0.png")
    seen.add(folder_source("set", folder, home.cache).fingerprint)
    (folder / "ants/1.png").rename(folder / "ants/9.png")
    seen.add(folder_source("set", folder, home.cache).fingerprint)
    (folder / "ants/9.png").rename(folder / "bees/9.png")
    seen.add(folder_source("set", folder, home.cache).fingerprint)
    assert len(seen) == 4


def test_the_same_pictures_elsewhere_have_the_same_fingerprint(draw, home):
    one, two = draw("one", {"ants": 3, "bees": 3}), draw("two", {"ants": 3, "bees": 3})
    assert folder_source("a", one, home.cache).fingerprint == folder_source("b", two, home.cache).fingerprint


def test_links_to_folders_are_not_followed(draw, tmp_path):
    folder = draw("set", {"ants": 1, "bees": 1})
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    assert listing(folder).files == ["ants/0.png", "bees/0.png"]


def test_an_unreadable_folder_says_why(draw, home):
    folder = draw("set", {"ants": 1, "bees": 1})
    for picture in folder.rglob("*.png"):
        picture.write_bytes(b"")
    with pytest.raises(DataError, match=r"no class folders with pictures.*2 files were skipped.*empty file"):
        folder_source("set", folder, home.cache)


def test_hymenoptera_has_244_and_153_pictures_and_says_which_it_lacks(real_data, home):
    source = folder_source("hymenoptera", real_data / "hymenoptera", home.cache, DATASETS["hymenoptera"])
    assert {name: len(held) for name, held in split(source).items()} == {"train": 244, "val": 153}
    assert [skip.file for skip in source.skipped] == ["train/ants/imageNotFound.gif"]
    assert len(source) == DATASETS["hymenoptera"].pictures


def test_the_boats_are_what_their_card_says(real_data, home):
    card = DATASETS["boats"]
    source = folder_source("boats", real_data / "boats", home.cache, card)
    assert (len(source), len(source.classes)) == (card.pictures, card.classes)
    assert source.read(0).size == card.size[::-1]
    assert len(split(source)["test"]) == 1324
