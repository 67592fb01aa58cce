"""Line 32a of the fault list: arrays of unknown origin."""

import io
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.data.arrays import array_source
from core.errors import DataError, NotFound

pytestmark = pytest.mark.faults

PICTURES = np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5)
NAMED = np.array([0, 1, 0, 1])


class Payload:
    """What a malicious array would run when unpickled."""

    def __init__(self, canary: Path):
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


def save(folder: Path, **arrays: np.ndarray) -> Path:
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    return folder


def refusal(place: Path) -> str:
    with pytest.raises(DataError) as caught:
        array_source("drawn", place)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_line_32a_object_arrays_are_never_unpickled(tmp_path):
    canary = tmp_path / "canary"
    hostile = np.array([Payload(canary)] * 4, dtype=object)
    (tmp_path / "npy").mkdir()
    np.save(tmp_path / "npy/data.npy", hostile, allow_pickle=True)
    np.save(tmp_path / "npy/labels.npy", NAMED)
    np.savez(tmp_path / "it.npz", data=hostile, labels=NAMED)
    for place in (tmp_path / "npy", tmp_path / "it.npz"):
        assert "never unpickled" in refusal(place)
    assert not canary.exists()


def test_line_32a_a_pickle_named_npy_is_refused(tmp_path):
    (tmp_path / "data.npy").write_bytes(b"\x80\x04\x95\x00.")
    np.save(tmp_path / "labels.npy", NAMED)
    assert "not a sound NumPy file" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("pictures", "labels", "word"),
    [
        (np.zeros((4, 9)), NAMED, "the shape (4, 9)"),
        (np.zeros((4, 6, 5, 7)), NAMED, "the shape (4, 6, 5, 7)"),
        (np.zeros((0, 6, 5)), NAMED[:0], "the shape (0, 6, 5)"),
        (np.full((4, 6, 5), "text"), NAMED, "type str"),
        (np.zeros((4, 6, 5), complex), NAMED, "neither numbers nor text"),
        (np.zeros((4, 6, 5), [("r", "u1")]), NAMED, "neither numbers nor text"),
        (np.full((4, 6, 5), np.nan), NAMED, "values from -inf to inf"),
        (np.full((4, 6, 5), -7), NAMED, "values from -7 to -7"),
        (np.full((4, 6, 5), 70_000), NAMED, "values from 70000"),
        (PICTURES, NAMED[:3], "4 pictures but labels holds 3 labels"),
        (PICTURES, np.eye(4), "one number or one word per picture"),
        (PICTURES, np.array([0.5, 1, 2, 3]), "fractions"),
        (PICTURES, NAMED * 0, "only one class"),
    ],
)
def test_line_32a_shape_type_range_and_labels_are_checked(pictures, labels, word, tmp_path):
    assert word in refusal(save(tmp_path, data=pictures, labels=labels))


def test_line_32a_an_array_without_labels_is_refused(tmp_path):
    assert "data1 has no labels" in refusal(save(tmp_path, data0=PICTURES, labels0=NAMED, data1=PICTURES))


def test_line_32a_a_header_that_claims_more_than_there_is_is_refused(tmp_path):
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (10**6, 10**6)}
    np.lib.format.write_array_header_1_0(header, shape)
    (tmp_path / "npy").mkdir()
    (tmp_path / "npy/data.npy").write_bytes(header.getvalue())
    np.save(tmp_path / "npy/labels.npy", NAMED)
    assert "not a sound NumPy file" in refusal(tmp_path / "npy")
    with zipfile.ZipFile(tmp_path / "it.npz", "w") as packed:
        packed.writestr("data.npy", header.getvalue())
    assert "claims 1,000,000,000,128 bytes but holds 128" in refusal(tmp_path / "it.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"rubbish", struct.pack("<I", 7) * 100])
@pytest.mark.parametrize("name", ["data.npy", "data.npz"])
def test_line_32a_a_damaged_file_is_refused(content, name, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert "not a sound NumPy file" in refusal(tmp_path)


def test_line_32a_arrays_that_are_not_there_are_not_found(tmp_path):
    with pytest.raises(NotFound):
        array_source("drawn", tmp_path / "nothing")


def test_line_32a_several_arrays_join_into_one_dataset(tmp_path):
    save(tmp_path, data0=PICTURES, labels0=NAMED, data1=PICTURES[:3], labels1=np.array([36, 9, 10]))
    source = array_source("drawn", tmp_path)
    assert source.classes == ("0", "1", "9", "10", "36")
    assert list(source.labels) == [0, 1, 0, 1, 4, 2, 3]
    assert source.files[4] == "data1/00000"
    assert np.array_equal(np.asarray(source.read(5))[..., 2], PICTURES[1])
