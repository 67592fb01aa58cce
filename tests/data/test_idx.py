import gzip
import struct

import numpy as np
import pytest

from core.catalog.datasets import DATASETS
from core.data.idx import idx_folder, read_idx, read_idx_folder
from core.errors import DataError


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def family(tmp_path):
    """A dataset of MNIST's family: three training and two test pictures of 4 x 5."""
    (tmp_path / "raw").mkdir()
    pictures = np.arange(100, dtype=np.uint8).reshape(5, 4, 5)
    for part, chosen in (("train", slice(0, 3)), ("t10k", slice(3, 5))):
        (tmp_path / f"raw/{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(pictures[chosen])))
        (tmp_path / f"raw/{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(5, dtype=np.uint8)[chosen]))
    return tmp_path


def test_packed_and_plain_files_are_read_alike(family):
    folder = idx_folder(family)
    assert folder is not None
    assert folder == family / "raw"
    source = read_idx_folder(DATASETS["mnist"], folder)
    assert list(source.given) == ["train"] * 3 + ["test"] * 2
    assert list(source.labels) == [0, 1, 2, 3, 4]
    assert source.files[3] == "test/00003"
    assert np.array_equal(np.asarray(source.read(3))[..., 0], np.arange(60, 80).reshape(4, 5))


def test_a_folder_without_all_four_files_is_not_taken_for_one(family):
    (family / "raw/t10k-labels-idx1-ubyte").unlink()
    assert idx_folder(family) is None


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "not an IDX file"),
        (b"\0\0\x0d\3" + bytes(12), "not an IDX file"),
        (idx(np.zeros((2, 3, 3), np.uint8))[:-1], "claims"),
        (bytes([0, 0, 8, 3]) + struct.pack(">3I", 2**31, 2**31, 2**31), "claims"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(tmp_path, content, word):
    (tmp_path / "it").write_bytes(content)
    with pytest.raises(DataError, match=word):
        read_idx(tmp_path / "it", dimensions=3)


def test_a_truncated_packed_file_is_refused(tmp_path):
    (tmp_path / "it.gz").write_bytes(gzip.compress(bytes(1000))[:-9])
    with pytest.raises(DataError, match="cannot be unpacked"):
        read_idx(tmp_path / "it.gz", dimensions=3)


@pytest.mark.parametrize(("folder", "name"), [("FashionMNIST", "fashion_mnist"), ("MNIST", "mnist")])
def test_the_real_files_are_what_the_card_says(real_data, folder, name):
    found, card = idx_folder(real_data / folder), DATASETS[name]
    assert found is not None
    source = read_idx_folder(card, found)
    assert len(source) == card.pictures
    assert source.classes == card.labels
    assert source.read(0).size == (28, 28)
