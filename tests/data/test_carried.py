"""A dataset packed on one machine is the same dataset on another."""

from dataclasses import fields

import numpy as np
import pytest

from core.data.audit import audit
from core.data.carried import pack, place_of
from core.data.finding import open_source
from core.data.source import Source
from core.data.splits import split
from core.errors import DataError
from core.home import Home
from tests.data.conftest import Draw


def carried(source: Source, home: Home) -> Source:
    folder = place_of(source.name, home)
    folder.mkdir(parents=True)
    pack(source, folder)
    return open_source(source.name, home)


@pytest.fixture
def beasts(draw: Draw, home: Home, monkeypatch: pytest.MonkeyPatch) -> Source:
    place = draw("beasts", {"train/ants": 4, "train/bees": 3, "val/ants": 2, "val/bees": 1}, ".jpg")
    (place / "train" / "ants" / "broken.jpg").write_bytes(b"no picture")
    monkeypatch.setenv("THAW_DATA", str(place.parent))
    return open_source("beasts", home)


def test_it_has_the_same_pictures_names_order_splits_and_fingerprint(beasts: Source, home: Home, monkeypatch):
    monkeypatch.setenv("THAW_DATA", "")
    there = carried(beasts, home)
    for field in fields(Source):
        if field.name not in ("read", "facts", "labels"):
            assert getattr(there, field.name) == getattr(beasts, field.name), field.name
    assert np.array_equal(there.labels, beasts.labels)
    for index in range(len(beasts)):
        assert np.array_equal(np.asarray(there.read(index)), np.asarray(beasts.read(index)))
    assert {name: held.tolist() for name, held in split(there).items()} == {
        name: held.tolist() for name, held in split(beasts).items()
    }


def test_an_audit_finds_the_same(beasts: Source, home: Home):
    assert audit(carried(beasts, home), split(beasts)) == audit(beasts, split(beasts))


def test_a_name_of_the_hub_makes_no_path(beasts: Source, home: Home):
    assert place_of("hf:somebody/../things", home).parent == home.datasets / "carried"


def test_a_damaged_one_is_a_sentence(beasts: Source, home: Home):
    carried(beasts, home)
    (place_of("beasts", home) / "source.json").write_text("{")
    with pytest.raises(DataError, match="damaged"):
        open_source("beasts", home)
