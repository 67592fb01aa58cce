"""Of all that a run says and offers, what is kept, and when: the clock is the test's."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from core.events import Event, Improved, Looked, Save, Step, Wish
from core.recipe import Recipe
from core.runs.log import RunLog
from core.runs.record import Record
from core.runs.states import State
from tests.short_learner import begun, record

__all__ = ["record"]


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


@dataclass
class Hearing:
    """A run that has begun, as its log hears it."""

    record: Record
    run: str
    log: RunLog
    clock: Clock

    def take(self, event: Event) -> Wish:
        return self.log.take(event)

    def ask(self, state: State) -> None:
        self.record.store.move(self.run, state, "Asked to.", only_from="running")

    def told(self, kind: str, name: str) -> list[object]:
        """One figure of each event of a kind that was kept."""
        return [each[name] for each in self.record.store.events(self.run) if each["kind"] == kind]


@pytest.fixture
def hearing(record: Record, monkeypatch: pytest.MonkeyPatch) -> Hearing:
    (run, desk), clock = begun(record, Recipe()), Clock()
    monkeypatch.setattr("core.runs.log.time", clock)
    monkeypatch.setattr("core.runs.desk.SECONDS_BETWEEN_LOOKS", 0)
    return Hearing(record, run, RunLog(desk, seconds_between_snapshots=10), clock)


def step(number: int, save: Save | None = None) -> Step:
    return Step(elapsed=number, epoch=0, step=number, pictures=1, lr=1, save=save)


def better(epoch: int, save: Save | None = None) -> Improved:
    return Improved(elapsed=epoch, epoch=epoch, val_loss=0.1, val_accuracy=0.9, save=save)


def test_looks_at_pictures_are_kept_every_other_second_and_a_pause_among_them_saves_the_state(hearing: Hearing):
    saved = []

    def look(pictures: int) -> Wish:
        hearing.clock.now += 0.8
        return hearing.take(Looked(elapsed=0, pictures=pictures, of=90, save=lambda folder: saved.append(pictures)))

    assert [look(10 * count) for count in range(1, 7)] == [None] * 6
    assert hearing.told("looked", "pictures") == [10, 40]
    hearing.ask("pausing")
    assert look(70) == "pause" and saved == [70]


def test_the_last_look_is_kept_before_the_step_that_waited_for_it(hearing: Hearing):
    for pictures in (10, 20, 30):
        hearing.take(Looked(elapsed=0, pictures=pictures, of=30))
    hearing.take(step(1))
    assert hearing.told("looked", "pictures") == [10, 30]


def test_of_judging_the_step_before_it_is_kept_and_every_word_of_who_was_asked_to_stop(hearing: Hearing):
    def judge(pictures: int) -> None:
        hearing.take(Looked(elapsed=9, pictures=pictures, of=90, purpose="judging"))

    for number in (1, 2):
        hearing.take(step(number))
    judge(10)
    hearing.take(better(0))
    assert hearing.told("step", "step") == [1, 2] and not hearing.told("looked", "pictures"), "its outcome says more"
    hearing.ask("stopping")
    judge(20)
    judge(30)
    assert hearing.told("looked", "pictures") == [20, 30]
    assert hearing.record.judges(hearing.run)


def test_better_weights_that_come_too_fast_are_written_a_little_later(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.runs.log.SHARE_FOR_BETTER", 0.1)
    saved = []

    def improve(epoch: int) -> None:
        def save(folder: Path) -> None:
            saved.append(epoch)
            hearing.clock.now += 1.0

        hearing.take(better(epoch, save))

    improve(0)
    assert saved == [0], "the first at once"
    improve(1)
    hearing.clock.now += 9.0
    improve(2)
    hearing.take(step(1))
    assert saved == [0], "a second of writing is a tenth of ten"
    hearing.clock.now += 1.0
    hearing.take(step(2))
    hearing.take(step(3))
    assert saved == [0, 2], "the best of those that waited, once"
    improve(3)
    hearing.log.keep_better_weights(at_once=True)
    assert saved == [0, 2, 3]


def test_the_best_that_a_snapshot_knows_of_is_written_before_it(hearing: Hearing, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("core.runs.log.SHARE_FOR_BETTER", 1e-9)  # better weights would wait for ever
    monkeypatch.setattr(hearing.log.desk, "keep", lambda name, save: save(Path(name)))
    written: list[str] = []

    def improve(epoch: int) -> None:
        def save(folder: Path) -> None:
            written.append(f"{folder} {epoch}")
            hearing.clock.now += 0.1

        hearing.take(better(epoch, save))

    for epoch in (0, 1, 2):
        improve(epoch)
    hearing.clock.now += 10
    hearing.take(step(1, lambda folder: written.append(str(folder))))
    assert written == ["best 0", "best 2", "snapshot"]


def test_a_snapshot_is_taken_when_due_not_at_every_step(hearing: Hearing):
    saved: list[int] = []
    for number in range(1, 25):
        hearing.clock.now += 1
        hearing.take(step(number, lambda folder, number=number: saved.append(number)))
    assert saved == [10, 20]
