import numpy as np
import pytest

from core.data.arrays import array_source, holds_arrays

GREY = np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5) * 2
NAMED = np.array(["cat", "dog", "cat", "dog"])


def first_of(tmp_path, pictures):
    np.savez(tmp_path / "it.npz", images=pictures, labels=NAMED)
    source = array_source("drawn", tmp_path / "it.npz")
    assert source.classes == ("cat", "dog")
    assert source.facts is not None
    return np.asarray(source.read(1)), source.facts(1)


@pytest.mark.parametrize(
    "shaped",
    [GREY, GREY[..., None], GREY[:, None], np.repeat(GREY[..., None], 3, 3), np.repeat(GREY[:, None], 3, 1)],
)
def test_channels_may_stand_last_second_or_nowhere(tmp_path, shaped):
    seen, facts = first_of(tmp_path, shaped)
    assert np.array_equal(seen, np.repeat(GREY[1][..., None], 3, 2))
    assert (facts.height, facts.width) == (6, 5)


@pytest.mark.parametrize(
    "values",
    [
        GREY.astype(np.int64),
        GREY.astype(np.float32),
        (GREY / 255).astype(np.float64),
        GREY.astype(np.uint16) * 257,
        GREY.astype(">u2") * np.uint16(257),
        np.asfortranarray(GREY),
    ],
)
def test_every_usual_range_gives_the_same_bytes(tmp_path, values):
    seen, _ = first_of(tmp_path, values)
    assert np.array_equal(seen[..., 0], GREY[1])


def test_true_and_false_become_white_and_black(tmp_path):
    seen, _ = first_of(tmp_path, GREY > 100)
    assert set(np.unique(seen)) <= {0, 255}
    assert np.array_equal(seen[..., 0] == 255, GREY[1] > 100)


def test_transparent_pixels_become_white(tmp_path):
    pictures = np.zeros((4, 6, 5, 4), np.uint8)
    pictures[:, :3, :, 3] = 255
    seen, _ = first_of(tmp_path, pictures)
    assert seen[:3].max() == 0
    assert seen[3:].min() == 255


def test_splits_are_read_from_the_names(tmp_path):
    np.savez(tmp_path / "it.npz", x_train=GREY, y_train=NAMED, x_test=GREY[:2], y_test=NAMED[:2])
    source = array_source("drawn", tmp_path / "it.npz")
    assert list(source.given) == ["train"] * 4 + ["test"] * 2
    assert source.files[4] == "it/x_test/00000"


def test_the_files_of_a_folder_may_name_the_splits(tmp_path):
    for split in ("train", "val"):
        np.savez_compressed(tmp_path / f"{split}.npz", images=GREY, labels=NAMED)
    assert list(array_source("drawn", tmp_path).given) == ["train"] * 4 + ["val"] * 4


def test_other_files_and_arrays_are_skipped_with_their_reason(tmp_path):
    np.save(tmp_path / "data.npy", GREY)
    np.save(tmp_path / "labels.npy", NAMED)
    np.save(tmp_path / "weights.npy", GREY)
    (tmp_path / "readme.txt").write_text("hello")
    reasons = {skip.file: skip.reason for skip in array_source("drawn", tmp_path).skipped}
    assert reasons.keys() == {"readme.txt", "weights"}
    assert "neither" in reasons["weights"]


def test_the_fingerprint_follows_content_and_labels(tmp_path):
    def fingerprint(pictures, labels):
        np.savez(tmp_path / "it.npz", x=pictures, y=labels)
        return array_source("drawn", tmp_path / "it.npz").fingerprint

    first = fingerprint(GREY, NAMED)
    assert fingerprint(GREY, NAMED) == first
    assert fingerprint(GREY, NAMED[::-1]) != first
    assert fingerprint(GREY + 1, NAMED) != first


def test_a_folder_of_arrays_is_known_by_its_files(tmp_path):
    assert not holds_arrays(tmp_path)
    np.save(tmp_path / "data.npy", GREY)
    assert holds_arrays(tmp_path)
    assert holds_arrays(tmp_path / "data.npy")
