"""Answers that take their time: nobody waits longer than they like, and what was asked twice is worked out once."""

from collections.abc import Iterator
from threading import Event

import pytest

from core.errors import DataError
from core.service.soon import KEPT, Answers


@pytest.fixture
def answers() -> Iterator[Answers]:
    answers = Answers()
    yield answers
    answers.close()


def test_who_asks_goes_on_without_and_finds_the_answer_later(answers: Answers):
    ready, asked = Event(), []

    def work() -> str:
        asked.append("once")
        ready.wait(20)
        return "learned"

    assert answers.ask("what", work, patience=0.01) is None
    assert answers.ask("what", work, patience=0) is None
    ready.set()
    assert answers.ask("what", work, patience=20) == "learned"
    assert asked == ["once"]


def test_what_went_wrong_is_told_and_may_go_well_the_next_time(answers: Answers):
    def fail() -> str:
        raise DataError("There is nothing.")

    with pytest.raises(DataError, match="nothing"):
        answers.ask("what", fail, patience=20)
    assert answers.ask("what", lambda: "found", patience=20) == "found"


def test_only_the_latest_answers_are_kept(answers: Answers):
    for number in range(KEPT + 10):
        assert answers.ask(number, lambda number=number: [number], patience=20) == [number]
    assert answers.ask(0, lambda: "anew", patience=20) == "anew"
    assert answers.ask(KEPT + 9, lambda: "anew", patience=20) == [KEPT + 9]
