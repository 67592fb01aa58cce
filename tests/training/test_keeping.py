"""Features are kept where that pays, by figures that are counted: the same figures, the same answer."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.training.keeping import LARGEST_STORE, Costs, memory_for_reading, reason_against, room_on

MB = 10**6
HEAD = Costs(operations=3.6e9, row_bytes=2048, pictures=244, epochs=20, pace=2e11, room=10**12, memory=10**10)
"""ResNet-18 at 224 x 224, cut below its head."""


@pytest.mark.parametrize(
    ("costs", "keeps"),
    [
        (HEAD, True),
        (replace(HEAD, epochs=2), True),
        (replace(HEAD, views=4), True),
        (replace(HEAD, operations=1.2e9, row_bytes=803_000), True),
        (replace(HEAD, operations=5e7, row_bytes=803_000), False),
        (replace(HEAD, operations=1.2e9, row_bytes=803_000, pictures=10_000, memory=MB), True),
        (replace(HEAD, operations=1.2e9, row_bytes=803_000, pace=1e12, epochs=2), False),
    ],
)
def test_what_was_dear_and_is_small_is_kept_and_what_is_large_and_soon_computed_is_not(costs: Costs, keeps: bool):
    assert (reason_against(costs) is None) == keeps
    assert keeps == (costs.kept <= costs.afresh)


def test_rows_that_are_there_already_can_make_it_pay():
    early = replace(HEAD, operations=3e8, row_bytes=803_000, epochs=2)
    assert "to compute them in all of the 2 epochs" in (reason_against(early) or "")
    assert reason_against(replace(early, there=early.rows)) is None


def test_no_more_views_are_made_than_there_are_epochs():
    assert replace(HEAD, views=50, epochs=3).rows == 3 * HEAD.pictures


def test_neither_a_store_beyond_all_measure_nor_a_full_disk():
    huge = replace(HEAD, operations=1e15, row_bytes=LARGEST_STORE // 100)
    assert "a run may keep" in (reason_against(huge) or "")
    assert "the disk has no room" in (reason_against(replace(HEAD, room=HEAD.size - 1)) or "")
    assert reason_against(replace(HEAD, room=HEAD.size)) is None
    assert reason_against(replace(HEAD, room=0, there=HEAD.rows)) is None, "what is there takes no more room"


def test_the_room_on_a_disk_is_known_before_the_folder_is_made(tmp_path: Path):
    assert room_on(tmp_path / "not" / "yet") > 0 and memory_for_reading() > 0


@pytest.mark.parametrize(("free", "room"), [(300, 250), (50, 0), (10, 0)])
def test_a_twentieth_of_a_disk_is_left_to_others(free: int, room: int, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(total=1000, free=free))
    assert room_on(tmp_path) == room
