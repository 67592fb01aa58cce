import io
import os
import sys
import threading
import time

import pytest

from core.data.working import AHEAD, in_threads, progress


class Terminal(io.StringIO):
    """A stderr that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_results_come_in_order_from_several_threads():
    seen = set()

    def work(number: int) -> int:
        seen.add(threading.get_ident())
        time.sleep(0.002 * (number % 3))
        return number * 2

    assert list(in_threads(work, range(50), "Working")) == list(range(0, 100, 2))
    assert threading.get_ident() not in seen


def test_a_failure_drops_what_has_not_begun():
    done = []

    def work(number: int) -> None:
        if number == 3:
            raise ValueError(number)
        time.sleep(0.01)
        done.append(number)

    with pytest.raises(ValueError, match="3"):
        list(in_threads(work, range(1000), "Working"))
    assert len(done) < 100


def test_whoever_listens_slowly_is_not_flooded_with_results():
    done = []
    results = in_threads(done.append, range(10_000), "Working")
    next(results)
    time.sleep(0.2)
    assert len(done) <= AHEAD * (os.cpu_count() or 1)
    assert len(list(results)) == 9_999


def test_a_bar_appears_on_a_terminal_and_is_wiped_at_the_end(monkeypatch):
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    monkeypatch.setattr("core.data.working.PATIENCE", 0.0)

    def slowly():
        for number in range(4):
            time.sleep(0.12)
            yield number

    assert list(progress(slowly(), 4, "Checking")) == [0, 1, 2, 3]
    assert "Checking [============            ] 2 of 4" in watched.getvalue()
    assert watched.getvalue().endswith("\r\x1b[K")


def test_nothing_is_drawn_where_nobody_watches(capsys):
    assert list(progress(range(5), 5, "Checking")) == list(range(5))
    assert capsys.readouterr().err == ""
