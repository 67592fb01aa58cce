"""Rows on disk: written once, never half, the same whoever writes them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.data.rows import Rows

PROJECT = Path(__file__).resolve().parents[2]
EVERY = np.arange(6)


def rows_in(folder: Path, about: object = "pictures", dtype: type = np.uint8, count: int = 6) -> Rows:
    return Rows(folder, about, count, (2, 3), dtype)


def values(numbers: np.ndarray, dtype: type = np.uint8) -> np.ndarray:
    return (np.arange(6).reshape(1, 2, 3) + 10 * numbers[:, None, None] + 1).astype(dtype)


def settled(folder: Path, numbers: np.ndarray, dtype: type = np.uint8) -> Rows:
    rows = rows_in(folder, dtype=dtype)
    rows.write(numbers, values(numbers, dtype))
    rows.settle(numbers)
    return rows


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float16])
def test_what_was_settled_is_there_for_who_opens_it_next(tmp_path: Path, dtype: type):
    settled(tmp_path, np.array([4, 1]), dtype)
    again = rows_in(tmp_path, dtype=dtype)
    assert again.missing(EVERY).tolist() == [0, 2, 3, 5]
    assert np.array_equal(again[np.array([1, 4])], values(np.array([1, 4]), dtype)) and again[EVERY].dtype == dtype
    assert again.row_bytes == 6 * np.dtype(dtype).itemsize


@given(drawn.lists(drawn.lists(drawn.integers(0, 5), min_size=1, max_size=6), max_size=4))
def test_what_is_missing_is_told_once_and_in_order(tmp_path_factory, batches: list[list[int]]):
    folder, known = tmp_path_factory.mktemp("rows"), set[int]()
    for batch in batches:
        missing = rows_in(folder).missing(np.array(batch))
        assert missing.tolist() == sorted(set(batch) - known)
        settled(folder, missing)
        known |= set(batch)
    assert np.array_equal(rows_in(folder)[np.array(sorted(known), int)], values(np.array(sorted(known), int)))


def test_what_was_written_but_never_settled_is_written_again(tmp_path: Path):
    killed = rows_in(tmp_path)
    killed.write(EVERY, np.full((6, 2, 3), 99, np.uint8))
    del killed
    assert rows_in(tmp_path).missing(EVERY).tolist() == EVERY.tolist()
    assert np.array_equal(settled(tmp_path, EVERY)[EVERY], values(EVERY))


def test_what_was_read_is_a_copy(tmp_path: Path):
    rows = settled(tmp_path, EVERY)
    rows[EVERY][:] = 0
    assert np.array_equal(rows[EVERY], values(EVERY))


def test_a_row_that_one_reader_settles_is_seen_by_another_at_once(tmp_path: Path):
    early = rows_in(tmp_path)
    assert len(early.missing(EVERY)) == 6
    settled(tmp_path, EVERY)
    assert len(early.missing(EVERY)) == 0 and np.array_equal(early[EVERY], values(EVERY))


@pytest.mark.parametrize(
    "other",
    [
        lambda folder: rows_in(folder, about="other pictures"),
        lambda folder: rows_in(folder, about={"data": "pictures"}),
        lambda folder: rows_in(folder, dtype=np.float32),
        lambda folder: rows_in(folder, count=7),
        lambda folder: Rows(folder, "pictures", 6, (3, 2), np.uint8),
    ],
)
def test_rows_about_anything_else_are_other_rows(tmp_path: Path, other):
    settled(tmp_path, EVERY)
    assert other(tmp_path).missing(EVERY).tolist() == EVERY.tolist()


def test_what_rows_are_about_may_be_told_in_any_order(tmp_path: Path):
    rows = rows_in(tmp_path, about={"data": "a", "fit": "pad"})
    rows.settle(EVERY)
    assert len(rows_in(tmp_path, about={"fit": "pad", "data": "a"}).missing(EVERY)) == 0


@pytest.mark.parametrize("left", [0, 1, 20, 36, 40])
def test_a_file_cut_short_holds_no_row_that_counts_but_is_not_there(tmp_path: Path, left: int):
    settled(tmp_path, EVERY)
    (file,) = tmp_path.iterdir()
    with file.open("r+b") as opened:
        opened.truncate(left)
    again = rows_in(tmp_path)
    there = np.setdiff1d(EVERY, again.missing(EVERY))
    assert np.array_equal(again[there], values(there)) and len(there) == max(0, left - 36)


def test_a_folder_that_was_emptied_is_filled_again(tmp_path: Path):
    settled(tmp_path, EVERY)
    (file,) = tmp_path.iterdir()
    file.unlink()
    assert len(rows_in(tmp_path).missing(EVERY)) == 6


def test_rows_that_nobody_wrote_take_no_room(tmp_path: Path):
    Rows(tmp_path, "large", 1000, (1000, 100), np.float32)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size > 400_000_000 and file.stat().st_blocks * 512 < 1_000_000


def test_two_processes_leave_what_one_would(tmp_path: Path):
    code = """
import sys, time
import numpy as np
from pathlib import Path
from core.data.rows import Rows
rows, first = Rows(Path(sys.argv[1]), "pictures", 400, (2, 3), np.uint8), int(sys.argv[2])
for start in range(400):
    number = rows.missing(np.array([(first + start) % 400]))
    rows.write(number, np.broadcast_to((number % 251).astype(np.uint8)[:, None, None], (len(number), 2, 3)))
    rows.settle(number)
"""
    writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path, first], cwd=PROJECT) for first in ("0", "200")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    rows, every = Rows(tmp_path, "pictures", 400, (2, 3), np.uint8), np.arange(400)
    assert len(rows.missing(every)) == 0
    assert np.array_equal(rows[every], np.broadcast_to((every % 251).astype(np.uint8)[:, None, None], (400, 2, 3)))


@pytest.mark.parametrize(("every", "left"), [(0.0, [4, 5]), (1000.0, [0, 1, 2, 3, 4, 5])])
def test_what_is_written_counts_after_some_seconds_while_others_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: float, left: list[int]
):
    monkeypatch.setattr("core.data.rows.SETTLED_EVERY", every)

    def made():
        for numbers in np.split(np.arange(4), 2):
            yield numbers, values(numbers)
        assert rows_in(tmp_path).missing(EVERY).tolist() == left, "a kill here would lose these"

    assert list(rows_in(tmp_path).kept(made())) == [2, 2]
    assert rows_in(tmp_path).missing(EVERY).tolist() == [4, 5]


def test_what_was_written_before_something_failed_counts(tmp_path: Path):
    def made():
        yield EVERY[:2], values(EVERY[:2])
        raise ValueError("the third cannot be computed")

    with pytest.raises(ValueError, match="third"):
        list(rows_in(tmp_path).kept(made()))
    assert np.array_equal(rows_in(tmp_path)[EVERY[:2]], values(EVERY[:2]))
    assert rows_in(tmp_path).missing(EVERY).tolist() == [2, 3, 4, 5]


def test_whoever_asks_for_no_more_has_kept_what_came_until_then(tmp_path: Path):
    kept = rows_in(tmp_path).kept((numbers, values(numbers)) for numbers in np.split(np.arange(6), 3))
    next(kept)
    kept.close()
    assert rows_in(tmp_path).missing(EVERY).tolist() == [2, 3, 4, 5]
