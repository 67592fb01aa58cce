from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from core.errors import DataError
from core.home import Home
from core.service.shelf import KEPT, Shelf


@pytest.fixture
def home(home_folder, tmp_path, monkeypatch):
    """A home beside a folder with a few datasets."""
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "data"))
    for number in range(KEPT + 2):
        for label in ("a", "b"):
            folder = tmp_path / "data" / f"set{number}" / label
            folder.mkdir(parents=True)
            for place in range(2):
                pixels = np.random.default_rng(place).integers(0, 255, (5, 5), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{place}.png")
    return Home(home_folder)


def test_a_dataset_that_was_just_opened_is_not_opened_again(home):
    shelf = Shelf()
    assert shelf.take("set0", home) is shelf.take("set0", home)


def test_many_who_ask_at_once_share_one(home):
    shelf = Shelf()
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: shelf.take("set0", home), range(32)))
    assert len(set(map(id, taken))) == 1


def test_only_a_few_stay_open(home):
    shelf = Shelf()
    first = shelf.take("set0", home)
    for number in range(1, KEPT + 1):
        shelf.take(f"set{number}", home)
    assert shelf.take("set0", home) is not first


def test_each_person_has_their_own_and_what_is_removed_is_forgotten_for_all(home):
    shelf = Shelf()
    anns, bobs = (shelf.take("set0", home.seen_by(person)) for person in ("ann", "bob"))
    assert anns is not bobs
    shelf.drop("set0")
    assert shelf.take("set0", home.seen_by("ann")) is not anns


def test_a_file_is_found_by_its_name(home):
    opened = Shelf().take("set0", home)
    assert opened.source.files[opened.number["b/1.png"]] == "b/1.png"


@pytest.mark.parametrize("name", ["food101", "hf:owner/name"])
def test_looking_never_fetches_anything(home, name):
    with pytest.raises(DataError, match=f"{name} is not here; it is fetched when a run first needs it"):
        Shelf().take(name, home)
    assert not home.datasets.exists()
