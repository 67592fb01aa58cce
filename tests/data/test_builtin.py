import numpy as np
import pytest

from core.catalog.datasets import DATASETS
from core.data.builtin import (
    DIGIT_SUMS,
    compose,
    read_digit_sums,
    read_digits,
    read_mnist_sums,
    small_digits,
)
from core.data.splits import split


def pool_of_patterns() -> tuple[np.ndarray, np.ndarray]:
    """Thirty pictures of one pixel whose brightness names digit and copy."""
    labels = np.repeat(np.arange(10), 3)
    return np.arange(30, dtype=np.uint8).reshape(30, 1, 1), labels


def test_the_digits_are_scikit_learns_and_lose_no_shade():
    from sklearn.datasets import load_digits

    shades, shown = load_digits(return_X_y=True)
    pictures, labels = small_digits()
    assert np.array_equal(np.rint(pictures * (16 / 255)).reshape(-1, 64), shades)
    assert np.array_equal(labels, shown)


@pytest.mark.parametrize(("read", "name"), [(read_digits, "digits"), (read_digit_sums, "digit_sums")])
def test_a_built_in_dataset_is_what_its_card_says(read, name):
    source, card = read(), DATASETS[name]
    assert len(source) == len(source.files) == len(source.given) == card.pictures
    assert len(source.classes) == card.classes
    assert len(set(source.files)) == card.pictures
    picture = source.read(7)
    assert picture.mode == "RGB"
    assert (picture.height, picture.width) == card.size


def test_a_built_in_dataset_is_the_same_every_time():
    first, second = read_digit_sums(), read_digit_sums()
    assert first.fingerprint == second.fingerprint == "29cab244f1cb8ec3caa9f7fbab301803"


def test_digits_are_named_by_their_number():
    assert read_digits().files[17] == "digits/00017"


def test_a_sum_is_the_sum_of_its_four_digits():
    pool = pool_of_patterns()
    pictures, sums = compose(pool, 5, np.random.PCG64(1))
    assert pictures.shape == (37 * 5, 1, 4)
    assert np.array_equal(pool[1][pictures[:, 0, :]].sum(axis=1), sums)
    assert np.array_equal(np.bincount(sums), [5] * 37)


def test_every_copy_of_a_digit_is_used():
    pictures, _ = compose(pool_of_patterns(), 5, np.random.PCG64(1))
    assert len(np.unique(pictures)) == 30


def test_no_digit_stands_in_two_splits_of_the_sums():
    source = read_digit_sums()
    splits = split(source)
    assert {name: len(indices) for name, indices in splits.items()} == {k: 37 * v for k, v in DIGIT_SUMS.items()}
    used = {
        name: {
            np.asarray(source.read(int(index)))[:, 8 * place : 8 * place + 8, 0].tobytes()
            for index in indices
            for place in range(4)
        }
        for name, indices in splits.items()
    }
    assert not used["train"] & used["val"]
    assert not used["train"] & used["test"]
    assert not used["val"] & used["test"]


def test_mnist_sums_are_what_their_card_says(real_data):
    source, card = read_mnist_sums(real_data / "MNIST" / "raw"), DATASETS["mnist_sums"]
    assert len(source) == card.pictures
    picture = source.read(0)
    assert (picture.height, picture.width) == card.size
    assert {name: len(indices) for name, indices in split(source).items()} == {
        "train": 18_500,
        "val": 2220,
        "test": 5032,
    }
