"""What is said while a run goes on, and whether the time left is believable."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.events import EpochEnded, Event, Finished, Improved, Looked, Notice, Predicted, Started, Step
from core.service.forecast import Forecast
from core.terminal.progress import Progress
from core.terminal.screen import Screen

TRAINING, JUDGING = 10.0, 2.0
LOOKS, LOOKING = 4, 60.0
STEPS, EPOCHS = 5, 3


def story(pictures: dict[str, int], looks: tuple[int, ...] = ()) -> Iterator[Event]:
    """Epochs of ten seconds of training and two of validation; at the end each split is judged twice.

    Before some of them what is frozen looks at pictures for a minute: at further views, if there are several.
    """
    yield Started(
        elapsed=1.0,
        classes=["ant", "bee"],
        pictures=pictures,
        steps_per_epoch=STEPS,
        epochs=EPOCHS,
        parts=[],
        stages=[],
        parameters={"trained": 1026, "total": 11_000_000},
        plan={"precision": "bf16"},
        environment={},
    )
    now = 1.0
    for epoch in range(EPOCHS):
        for look in range(LOOKS if epoch in looks else 0):
            now += LOOKING / LOOKS
            later = 10 * LOOKS * sum(each > epoch for each in looks)
            yield Looked(elapsed=now, pictures=10 * (look + 1), of=10 * LOOKS, later=later)
        for step in range(STEPS):
            now += TRAINING / STEPS
            yield Step(elapsed=now, epoch=epoch, step=epoch * STEPS + step + 1, pictures=8, lr=0.1, loss=0.7)
        now += JUDGING
        yield EpochEnded(
            elapsed=now,
            epoch=epoch,
            step=(epoch + 1) * STEPS,
            train_loss=0.5,
            losses={},
            train_accuracy=0.5,
            val_loss=0.4,
            val_accuracy=0.875,
            lr=0.1,
            lr_scales=[1.0],
            stages=[],
            seconds={"evaluation": JUDGING, "prefix": LOOKING if epoch in looks else 0.0},
            pictures_per_second=1.0,
            cache="none",
        )
        yield Improved(elapsed=now, epoch=epoch, val_loss=0.4, val_accuracy=0.875)
    for split, count in pictures.items():
        for weights in ("best", "last") if split != "train" else ():
            now += JUDGING * count / pictures["val"]
            yield Predicted(
                elapsed=now, split=split, weights=weights, epoch=0, n=count, right=1, accuracy=0.5, loss=1.0
            )
    yield Finished(
        elapsed=now,
        state="done",
        reason="All epochs were run.",
        best_epoch=0,
        epochs=EPOCHS,
        seconds={},
        peak_memory=0,
    )


def test_the_time_left_counts_every_evaluation_and_the_predictions_at_the_end():
    told = list(story({"train": 40, "val": 8, "test": 16}))
    end, forecast = told[-1].elapsed, Forecast()
    for event in told:
        forecast.hear(event)
        left = forecast.seconds_left()
        if isinstance(event, Started):
            assert left is None
        elif forecast.ended:  # an epoch has been measured: the forecast is exact here
            assert left == pytest.approx(end - event.elapsed, abs=1e-6), event
        elif left is not None:
            assert left == pytest.approx(end - event.elapsed, rel=0.5)


@pytest.mark.parametrize("looks", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_a_minute_of_looking_at_pictures_is_expected_as_often_as_there_are_views(looks: tuple[int, ...]):
    told = list(story({"train": 40, "val": 8}, looks))
    end, forecast, measured = told[-1].elapsed, Forecast(), 0
    for event in told:
        forecast.hear(event)
        left = forecast.seconds_left()
        if forecast.ended and forecast.ended[-1].epoch >= min(looks):
            measured += 1
            expected = pytest.approx(end - event.elapsed, abs=1 + LOOKING / LOOKS * isinstance(event, Looked))
            assert left == expected, event
    assert measured > 5


def test_at_the_end_the_time_left_is_by_the_pictures_that_were_judged():
    forecast = Forecast()
    *learned, _, _, _, _, _ = story({"train": 40, "val": 8, "test": 16})
    for event in learned:
        forecast.hear(event)
    end = learned[-1].elapsed
    judging = [Looked(elapsed=end + 4 * at, pictures=2 * at, of=8, purpose="judging") for at in (1, 2)]
    forecast.hear(judging[0])
    assert forecast.seconds_left() == pytest.approx(2 * (JUDGING + 2 * JUDGING)), "as validation took"
    forecast.hear(judging[1])
    assert forecast.seconds_of_looking() == pytest.approx(2 * (8 - 4))
    assert forecast.seconds_left() == pytest.approx(2 * (2 * (8 + 16) - 4)), "two seconds for each picture"


def test_while_pictures_are_looked_at_the_rest_of_that_is_told():
    forecast, left = Forecast(), []
    for event in story({"train": 32, "val": 8}, looks=(0,)):
        forecast.hear(event)
        if isinstance(event, Looked):
            left.append(forecast.seconds_of_looking())
            forecast.hear(Notice(elapsed=event.elapsed, topic="x", message="y"))
            assert forecast.looked is event
        else:
            assert forecast.looked is None and forecast.seconds_of_looking() is None
    assert left == [None, pytest.approx(30.0), pytest.approx(15.0), pytest.approx(0.0)]


def test_a_resumed_run_forgets_what_it_did_after_its_last_snapshot_and_measures_from_where_it_goes_on():
    told = list(story({"train": 40, "val": 8}))
    first_epoch = [each for each in told if not isinstance(each, EpochEnded) or each.epoch == 0]
    steps = [each for each in first_epoch if isinstance(each, Step)]
    started = replace(first_epoch[0], elapsed=steps[2].elapsed + 100, resumed=True)  # type: ignore[call-arg]
    forecast = Forecast()
    for event in told[:9]:  # one epoch and a step of the next
        forecast.hear(event)
    forecast.hear(started)
    forecast.hear(replace(steps[2], elapsed=started.elapsed))
    assert forecast.ended == [] and forecast.seconds_left() is None
    forecast.hear(replace(steps[3], elapsed=started.elapsed + TRAINING / STEPS))
    assert forecast.seconds_left() == pytest.approx(EPOCHS * TRAINING, rel=0.3)


@pytest.fixture
def heard() -> io.StringIO:
    return io.StringIO()


def test_a_pipe_gets_plain_lines_one_per_epoch(heard: io.StringIO):
    progress = Progress(Screen(json=False, stream=heard), "digits with resnet18")
    for event in story({"train": 40, "val": 8}):
        progress(event)
    lines = heard.getvalue().splitlines()
    assert "\r" not in heard.getvalue() and "\x1b" not in heard.getvalue()
    assert lines.pop(0) == "digits with resnet18"
    assert lines[0] == "2 classes; pictures: 40 train, 8 val"
    assert lines[1] == "1,026 of 11,000,000 parameters learn; bf16"
    assert [line.split("  ")[0] for line in lines[2:5]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert "validation: loss 0.4000, 87.5% right" in lines[2] and lines[2].endswith("28 s left")
    assert lines[-1].startswith("done: All epochs were run.")


def test_a_terminal_gets_a_live_line_that_fits(heard: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heard, "isatty", lambda: True)
    monkeypatch.setattr("core.terminal.progress.SECONDS_BETWEEN_FRAMES", 0.0)
    monkeypatch.setenv("COLUMNS", "50")
    progress = Progress(Screen(json=False, stream=heard), "digits with resnet18")
    for event in story({"train": 40, "val": 8}):
        progress(event)
    drawn = re.split(r"\r\x1b\[2K|\n", heard.getvalue())
    frames = [frame for frame in drawn if frame.startswith("epoch 2/3 ") and "#" in frame]
    assert frames and all(len(frame) < 50 for frame in frames)


def test_a_terminal_sees_how_far_the_pictures_are_and_a_pipe_that_they_come_first(
    heard: io.StringIO, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("core.terminal.progress.SECONDS_BETWEEN_FRAMES", 0.0)
    piped = Progress(Screen(json=False, stream=heard), "digits with resnet18")
    for event in story({"train": 32, "val": 8}, looks=(0, 1)):
        piped(event)
    assert heard.getvalue().count("what is frozen looks at 40 pictures first\n") == 1
    monkeypatch.setattr(heard, "isatty", lambda: True)
    live = Progress(Screen(json=False, stream=heard), "digits with resnet18")
    for event in story({"train": 32, "val": 8}, looks=(0,)):
        live(event)
    frames = [each for each in re.split(r"\r\x1b\[2K|\n", heard.getvalue()) if each.startswith("looking ")]
    assert [each.split("  ")[-1] for each in frames] == [f"{10 * (look + 1)} of 40 pictures" for look in range(LOOKS)]
    assert "  15 s more  " in frames[2]


def test_a_terminal_sees_how_far_judging_is(heard: io.StringIO, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heard, "isatty", lambda: True)
    monkeypatch.setattr("core.terminal.progress.SECONDS_BETWEEN_FRAMES", 0.0)
    progress = Progress(Screen(json=False, stream=heard), "digits with resnet18")
    for event in [*story({"train": 32, "val": 8})][:6]:
        progress(event)
    progress(Looked(elapsed=99, pictures=640, of=10_000, purpose="judging"))
    assert heard.getvalue().rsplit("\r\x1b[2K", 1)[1].startswith("judging ")
    assert heard.getvalue().endswith("  640 of 10,000 pictures")


def test_a_notice_is_told_without_its_control_characters(heard: io.StringIO):
    Progress(Screen(json=False, stream=heard), "digits with resnet18")(
        Notice(elapsed=0, topic="x", message="a\x1b[31m")
    )
    assert heard.getvalue() == "  note: a\\x1b[31m\n"
