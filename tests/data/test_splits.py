import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.source import Source
from core.data.splits import cap, split
from core.data.stacks import stacked_source
from core.errors import DataError


def source_of(labels: list[int], given_splits: list[str] | None = None) -> Source:
    return stacked_source(
        "drawn",
        np.zeros((len(labels), 1, 1), np.uint8),
        np.array(labels, np.int64),
        [str(label) for label in range(max(labels) + 1)],
        given=given_splits or [""] * len(labels),
    )


EARLIER = {"val": [23, 26, 27], "test": [0, 5, 24]}
"""What the splits of thirty pictures in two classes have always been."""

COUNTS = st.lists(st.integers(1, 60), min_size=2, max_size=12).filter(lambda counts: max(counts) > 1)


def labels_of(counts: list[int]) -> list[int]:
    return [label for label, count in enumerate(counts) for _ in range(count)]


@settings(deadline=None)
@given(COUNTS, st.integers(0, 2**32))
def test_a_split_is_disjoint_complete_and_stratified_to_within_one(counts, split_seed):
    source = source_of(labels_of(counts))
    parts = split(source, split_seed)
    everything = np.concatenate(list(parts.values()))
    assert sorted(everything) == list(range(len(source)))
    for name in parts.keys() - {"train"}:
        held_out = np.bincount(source.labels[parts[name]], minlength=len(counts))
        for count, out in zip(counts, held_out, strict=True):
            assert abs(out - 0.1 * count) < 1
    assert len(parts["val"]) >= 1


@settings(deadline=None)
@given(COUNTS, st.integers(0, 2**32))
def test_every_class_keeps_something_to_learn_from(counts, split_seed):
    source = source_of(labels_of(counts))
    train = split(source, split_seed)["train"]
    assert set(source.labels[train]) == set(range(len(counts)))


@settings(deadline=None)
@given(COUNTS, st.integers(0, 2**32))
def test_the_same_split_seed_gives_the_same_split(counts, split_seed):
    source = source_of(labels_of(counts))
    first, second = split(source, split_seed), split(source, split_seed)
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_another_split_seed_gives_another_split():
    source = source_of([0, 1] * 100)
    assert not np.array_equal(split(source, 0)["val"], split(source, 1)["val"])


def test_the_split_is_the_one_that_earlier_versions_made():
    parts = split(source_of([0, 1] * 15), 0)
    assert {name: list(indices) for name, indices in parts.items() if name != "train"} == EARLIER


def test_given_splits_are_respected():
    parts = split(source_of([0, 1] * 3, ["train", "train", "val", "val", "test", "test"]))
    assert {name: list(indices) for name, indices in parts.items()} == {"train": [0, 1], "val": [2, 3], "test": [4, 5]}


def test_where_only_train_and_test_are_given_validation_is_a_tenth_of_train():
    source = source_of([0, 1] * 60, ["train"] * 100 + ["test"] * 20)
    parts = split(source)
    assert list(parts["test"]) == list(range(100, 120))
    assert len(parts["val"]) == 10
    assert list(np.bincount(source.labels[parts["val"]])) == [5, 5]
    assert max(parts["val"]) < 100


def test_where_only_train_and_val_are_given_there_is_no_test():
    parts = split(source_of([0, 1] * 20, ["train"] * 30 + ["val"] * 10))
    assert list(parts) == ["train", "val"]
    assert list(parts["val"]) == list(range(30, 40))


def test_a_train_folder_alone_is_split_like_any_folder():
    parts = split(source_of([0, 1] * 50, ["train"] * 100))
    assert {name: len(indices) for name, indices in parts.items()} == {"train": 80, "val": 10, "test": 10}


def test_a_dataset_without_training_pictures_is_refused():
    with pytest.raises(DataError, match="no training pictures"):
        split(source_of([0, 1], ["val", "test"]))


def test_single_pictures_alone_leave_nothing_to_validate_with():
    with pytest.raises(DataError, match="none is left to validate with"):
        split(source_of([0, 1, 2, 3]))


@settings(deadline=None)
@given(COUNTS, st.integers(1, 30), st.integers(0, 2**32))
def test_a_cap_leaves_at_most_so_many_of_each_class(counts, examples_per_class, split_seed):
    labels = np.array(labels_of(counts))
    indices = np.arange(len(labels))[::2]
    kept = cap(indices, labels, examples_per_class, split_seed)
    assert set(kept) <= set(indices)
    assert list(kept) == sorted(kept)
    expected = np.minimum(np.bincount(labels[indices], minlength=len(counts)), examples_per_class)
    assert list(np.bincount(labels[kept], minlength=len(counts))) == list(expected)


@settings(deadline=None)
@given(COUNTS, st.integers(1, 10), st.integers(0, 2**32))
def test_fewer_examples_are_always_among_more(counts, examples_per_class, split_seed):
    labels = np.array(labels_of(counts))
    few = cap(np.arange(len(labels)), labels, examples_per_class, split_seed)
    more = cap(np.arange(len(labels)), labels, examples_per_class + 3, split_seed)
    assert set(few) <= set(more)


def test_without_a_cap_everything_stays():
    assert list(cap(np.array([3, 5]), np.zeros(9, int), None)) == [3, 5]
