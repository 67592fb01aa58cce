import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.layout import class_order, placed
from core.errors import DataError


def meant(*files: str) -> dict[str, tuple[str, str]]:
    return {each.file: (each.label, each.split) for each in placed(files)[0]}


def test_folders_are_classes():
    assert meant("ants/1.jpg", "bees/2.jpg") == {"ants/1.jpg": ("ants", ""), "bees/2.jpg": ("bees", "")}


@pytest.mark.parametrize(
    ("folder", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("VAL", "val"),
        ("valid", "val"),
        ("validation", "val"),
        ("test", "test"),
    ],
)
def test_folders_called_like_splits_are_splits(folder, split):
    found = meant(f"{folder}/ants/1.jpg", "testing/bees/2.jpg")
    assert found == {f"{folder}/ants/1.jpg": ("ants", split), "testing/bees/2.jpg": ("bees", "test")}


def test_folders_that_only_wrap_are_passed_through():
    assert meant("a/b/train/ants/1.jpg", "a/b/test/bees/2.jpg") == {
        "a/b/train/ants/1.jpg": ("ants", "train"),
        "a/b/test/bees/2.jpg": ("bees", "test"),
    }
    assert meant("set/ants/1.jpg", "set/bees/2.jpg")["set/ants/1.jpg"] == ("ants", "")


def test_folders_below_a_class_are_part_of_it():
    assert meant("ants/red/1.jpg", "ants/black/deep/2.jpg", "bees/3.jpg") == {
        "ants/red/1.jpg": ("ants", ""),
        "ants/black/deep/2.jpg": ("ants", ""),
        "bees/3.jpg": ("bees", ""),
    }


def test_a_class_may_be_called_train():
    assert meant("car/1.jpg", "bus/2.jpg", "train/3.jpg")["train/3.jpg"] == ("train", "")


def test_pictures_that_belong_nowhere_are_skipped_with_their_reason():
    _, skipped = placed(["train/ants/1.jpg", "test/bees/2.jpg", "train/3.jpg", "4.jpg", "extra/ants/5.jpg"])
    reasons = {skip.file: skip.reason for skip in skipped}
    assert reasons.keys() == {"train/3.jpg", "4.jpg", "extra/ants/5.jpg"}
    assert "not in a class folder" in reasons["train/3.jpg"]
    assert "outside" in reasons["extra/ants/5.jpg"]


def test_one_class_written_in_two_encodings_is_one_class_across_splits():
    found = meant("train/caf\u00e9/1.jpg", "test/cafe\u0301/2.jpg", "train/tea/3.jpg")
    assert {label for label, _ in found.values()} == {"caf\u00e9", "tea"}


def test_two_folders_of_one_split_that_look_the_same_are_refused():
    with pytest.raises(DataError, match="differ only in how the letters are encoded"):
        placed(["caf\u00e9/1.jpg", "cafe\u0301/2.jpg"])


def test_numbers_are_sorted_as_numbers_and_words_as_words():
    assert class_order(["10", "9", "0"]) == ["0", "9", "10"]
    assert class_order(["10", "9", "b", "a"]) == ["10", "9", "a", "b"]


@given(st.lists(st.lists(st.sampled_from(["train", "test", "a", "b", "c"]), min_size=1, max_size=4), max_size=12))
def test_every_picture_is_placed_or_skipped_once(folders):
    files = [f"{'/'.join(path)}/{number}.jpg" for number, path in enumerate(folders)]
    kept, skipped = placed(files)
    assert sorted([each.file for each in kept] + [skip.file for skip in skipped]) == sorted(files)
