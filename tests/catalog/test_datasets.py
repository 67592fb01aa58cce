import pytest

from core.catalog.datasets import DATASETS, DEFAULT_DATASET
from core.data.downloads import FETCHES
from core.data.finding import plain
from core.data.loaders import BUILT_IN, LOADERS


@pytest.mark.parametrize("card", DATASETS.values(), ids=DATASETS)
def test_a_card_is_complete(card):
    assert card.title
    assert card.licence
    assert card.terms
    assert card.when.endswith(".")
    assert card.when.startswith("Choose it")
    assert card.classes >= 2
    assert not card.labels or len(set(card.labels)) == card.classes
    assert card.loader == "folder" or card.loader in LOADERS or card.name in BUILT_IN


@pytest.mark.parametrize("card", DATASETS.values(), ids=DATASETS)
def test_what_a_card_promises_to_fetch_can_be_fetched(card):
    assert card.built_in == (card.name in BUILT_IN)
    assert (card.source_name in FETCHES) == (card.download and not card.built_in)


def test_the_default_needs_no_download():
    assert DATASETS[DEFAULT_DATASET].built_in


def test_no_two_cards_answer_to_the_same_folder():
    owners: dict[str, set[str]] = {}
    for card in DATASETS.values():
        for name in (card.name, *card.places):
            owners.setdefault(plain(name), set()).add(card.name)
    assert all(len(cards) == 1 for cards in owners.values())


def test_digits_are_never_mirrored():
    assert [card.name for card in DATASETS.values() if not card.mirror] == [
        "digits",
        "digit_sums",
        "mnist",
        "mnist_sums",
        "svhn",
    ]
