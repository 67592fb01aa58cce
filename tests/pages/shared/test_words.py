"""What people named stays text, and figures and moments are written as people read them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared.words import UNSEEN, ago, counted, duration, moment, percent, plain, size, with_interval

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["![](http://a/x.png)", "<b>loud</b>", "**b**", "a_b_c", "$x$", ":red[x]", "`c`", "1. x"]
)
def test_no_mark_of_a_name_keeps_its_meaning(name: str):
    shown = plain(name)
    assert shown.replace("\\", "").replace(UNSEEN, "") == name
    bare = [mark for before, mark in zip(" " + shown, shown, strict=False) if not mark.isalnum() and before != "\\"]
    assert set(bare) <= {"\\", " ", UNSEEN}


@pytest.mark.parametrize("name", ["http://a.b/c", "HTTPS://a", "see www.a.b", "a@b.c"])
def test_an_address_in_a_name_is_no_address_any_more(name: str):
    shown = plain(name).replace("\\", "")
    assert shown.replace(UNSEEN, "") == name
    assert not re.search(r"https?://|www\.|@\w", shown, re.IGNORECASE)


def test_figures_are_written_as_people_read_them():
    seconds = (None, 0.4, 59, 61, 7_322)
    assert [duration(each) for each in seconds] == ["–", "0 s", "59 s", "1 min 1 s", "2 h 2 min"]
    assert [percent(share) for share in (None, 0.9134)] == ["–", "91.3%"]
    assert [counted(count, "run") for count in (0, 1, 1200)] == ["0 runs", "1 run", "1,200 runs"]
    assert counted(2, "class", "classes") == "2 classes"
    score = {"accuracy": 137 / 150, "interval": [0.857, 0.949], "right": 137, "n": 150}
    assert with_interval(score) == "91.3% (85.7 to 94.9), 137 of 150"
    assert with_interval(None) == "–"


@pytest.mark.parametrize(
    ("bytes_", "told"),
    [(None, "–"), (0, "0 bytes"), (999, "999 bytes"), (1_400_000, "1.4 MB"), (99_960, "100 kB"), (3e13, "30.0 TB")],
)
def test_sizes_are_told_in_the_unit_that_fits(bytes_: float | None, told: str):
    assert size(bytes_) == told


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (timedelta(seconds=2), "just now"),
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(seconds=61), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=31), "on 21 Oct 2026"),
        (timedelta(days=-3), "on 24 Nov 2026"),
    ],
)
def test_the_past_is_told_as_it_is_thought_of(before: timedelta, told: str):
    assert ago((NOON - before).isoformat(timespec="seconds"), NOON) == told


def test_a_moment_stands_on_the_visitors_clock():
    when = NOON.isoformat()
    assert moment(when) == moment(when, "no/such zone") == moment(when, "../etc") == "21 Nov 2026, 12:00 UTC"
    assert moment(when, "Europe/Paris") == "21 Nov 2026, 13:00 CET"
    assert moment(None) == ago(None) == "–"


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1)))
def test_any_moment_can_be_told(when: datetime):
    assert ago(when.isoformat(), NOON) and moment(when.isoformat(), "Asia/Kolkata").endswith("IST")
