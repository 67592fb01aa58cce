"""Training as it happens: a live line on a terminal, a plain line per epoch in a pipe."""

import time
from dataclasses import dataclass, field

from core.events import EpochEnded, Event, Finished, Improved, Notice, Predicted, Started, Step
from core.terminal.drawing import bar, duration, share
from core.terminal.screen import Screen, inert

SECONDS_BETWEEN_FRAMES = 0.1
EVALUATION_COST = 0.4
"""What judging a picture costs beside learning from it, until an epoch has been measured: no way back."""


@dataclass
class Forecast:
    """How long a run still takes: training, the evaluation after each epoch, and the predictions at the end."""

    started: Started | None = None
    step: Step | None = None
    ended: list[EpochEnded] = field(default_factory=list)
    predicted: list[str] = field(default_factory=list)
    """The splits that have been judged at the end, one by one."""

    def hear(self, event: Event) -> None:
        match event:
            case Started():
                self.started, self.ended, self.step = event, [], None
            case Step():
                self.step = event
            case EpochEnded():
                self.ended.append(event)
            case Predicted():
                self.predicted.append(event.split)

    @property
    def steps_done(self) -> int:
        """Steps of the epoch that is under way."""
        if self.started is None or self.step is None:
            return 0
        return self.step.step - self.step.epoch * self.started.steps_per_epoch

    def seconds_left(self) -> float | None:
        if self.started is None or (self.step is None and not self.ended):
            return None
        epochs_left = max(0, self.started.epochs - self._epochs_done)
        per_epoch = self._training_seconds() + self._judging_seconds("val")
        begun = 0.0 if self._between_epochs else self._training_seconds() * self.steps_done / self._steps
        return max(0.0, per_epoch * epochs_left - begun) + self._final_seconds()

    @property
    def _epochs_done(self) -> int:
        return self.ended[-1].epoch + 1 if self.ended else self.step.epoch if self.step else 0

    @property
    def _between_epochs(self) -> bool:
        return self.step is None or bool(self.ended and self.ended[-1].epoch == self.step.epoch)

    @property
    def _steps(self) -> int:
        return max(1, self.started.steps_per_epoch if self.started else 1)

    def _training_seconds(self) -> float:
        """Of one epoch, without its evaluation: as the last whole one took, or as this one's steps suggest."""
        if self.ended:
            begun = self.ended[-2].elapsed if len(self.ended) > 1 else self._begun
            return max(0.0, self.ended[-1].elapsed - begun - self.ended[-1].seconds.get("evaluation", 0.0))
        if self.step is None or self.started is None:
            return 0.0
        return (self.step.elapsed - self._begun) / max(1, self.steps_done) * self._steps

    @property
    def _begun(self) -> float:
        return self.started.elapsed if self.started else 0.0

    def _judging_seconds(self, split: str) -> float:
        """Judging every picture of a split once."""
        pictures = self.started.pictures if self.started else {}
        validation = pictures.get("val", 0) or 1
        measured = self.ended[-1].seconds.get("evaluation") if self.ended else None
        if measured is None:
            measured = self._training_seconds() * EVALUATION_COST * validation / max(1, pictures.get("train", 1))
        return measured * pictures.get(split, 0) / validation

    def _final_seconds(self) -> float:
        """Validation and test are judged by the best and by the last weights."""
        still = {split: 2 - self.predicted.count(split) for split in ("val", "test")}
        return sum(self._judging_seconds(split) * max(0, times) for split, times in still.items())


class Progress:
    """Listens to a run and draws it."""

    def __init__(self, screen: Screen, title: str):
        self.screen, self.forecast, self.title = screen, Forecast(), title
        self._drawn_at = 0.0
        self._best = ""
        if screen.live:
            screen.redraw(f"{title}: loading …")

    def __call__(self, event: Event) -> None:
        self.forecast.hear(event)
        match event:
            case Started():
                self._say_start(event)
            case Notice():
                self.screen.line(f"  note: {inert(event.message)}")
            case EpochEnded():
                self._say_epoch(event)
            case Improved():
                self._best = f"best {share(event.val_accuracy)} in epoch {event.epoch + 1}"
            case Finished():
                self.screen.line(f"{event.state}: {inert(event.reason)} {duration(event.elapsed)} in all.")
        if self.screen.live and isinstance(event, Step | Improved | Predicted) and not isinstance(event, Finished):
            self._draw()

    def _say_start(self, started: Started) -> None:
        pictures = ", ".join(f"{count} {split}" for split, count in started.pictures.items())
        trained, total = started.parameters["trained"], started.parameters["total"]
        self.screen.line(self.title)
        self.screen.line(f"{len(started.classes)} classes; pictures: {pictures}")
        self.screen.line(
            f"{trained:,} of {total:,} parameters learn; {inert(started.plan.get('precision', ''))}".rstrip("; ")
        )

    def _say_epoch(self, ended: EpochEnded) -> None:
        epochs = self.forecast.started.epochs if self.forecast.started else ended.epoch + 1
        left = self.forecast.seconds_left()
        self.screen.line(
            f"epoch {ended.epoch + 1}/{epochs}  loss {_figure(ended.train_loss)}  "
            f"validation: loss {_figure(ended.val_loss)}, {share(ended.val_accuracy)} right  "
            f"{duration(left)} left".rstrip()
        )

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._drawn_at < SECONDS_BETWEEN_FRAMES or self.forecast.started is None:
            return
        self._drawn_at = now
        step, started = self.forecast.step, self.forecast.started
        loss = f"  loss {_figure(step.loss)}" if step and step.loss is not None else ""
        left = self.forecast.seconds_left()
        done = self.forecast.steps_done / max(1, started.steps_per_epoch)
        epoch = f"{(step.epoch if step else 0) + 1}/{started.epochs}"
        text = f"epoch {epoch} {bar(done, 20, self.screen.drawn)}{loss}  {self._best}"
        self.screen.redraw(f"{text}  {duration(left)} left"[: self.screen.width - 1])


def _figure(value: float) -> str:
    return f"{value:.4f}" if value == value else "not a number"
