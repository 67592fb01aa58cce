"""Training as it happens: a live line on a terminal, a plain line per epoch in a pipe."""

import time

from core.catalog.learners import Learner
from core.events import EpochEnded, Event, Finished, Improved, Looked, Notice, Predicted, Started, Step
from core.service.forecast import Forecast
from core.terminal.drawing import bar, duration, share
from core.terminal.screen import Screen, inert

SECONDS_BETWEEN_FRAMES = 0.1


class Progress:
    """Listens to a run and draws it."""

    def __init__(self, screen: Screen, title: str, round: str = Learner.round):
        self.screen, self.forecast, self.title, self.round = screen, Forecast(), title, round
        self._drawn_at = 0.0
        self._best: Improved | None = None
        self._told_of_looking = False
        if screen.live:
            screen.redraw(f"{title}: loading …")

    def __call__(self, event: Event) -> None:
        self.forecast.hear(event)
        match event:
            case Started():
                self._say_start(event)
            case Looked(purpose="features") if not (self.screen.live or self._told_of_looking):
                self._told_of_looking = True
                self.screen.line(f"what is frozen looks at {event.of:,} pictures first")
            case Notice():
                self.screen.line(f"  note: {inert(event.message)}")
            case EpochEnded():
                self._say_epoch(event)
            case Improved():
                self._best = event
            case Finished():
                self.screen.line(f"{event.state}: {inert(event.reason)} {duration(event.elapsed)} in all.")
        if self.screen.live and isinstance(event, Looked | Step | Improved | Predicted):
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
            f"{self.round} {ended.epoch + 1}/{epochs}  loss {_figure(ended.train_loss)}  "
            f"validation: loss {_figure(ended.val_loss)}, {share(ended.val_accuracy)} right  "
            f"{duration(left)} left".rstrip()
        )

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._drawn_at < SECONDS_BETWEEN_FRAMES or self.forecast.started is None:
            return
        self._drawn_at = now
        self.screen.redraw(progress_line(self.forecast, self._best, self.screen.drawn, self.round))


def progress_line(forecast: Forecast, best: Improved | None, drawn: bool, round: str = Learner.round) -> str:
    """Epoch or candidate, bar, the time left, the loss and the best so far: a narrow window cuts the end off."""
    step, started = forecast.step, forecast.started
    if started is None:
        return ""
    if forecast.looked:
        return _looking_line(forecast, forecast.looked, drawn)
    loss = f"  loss {_figure(step.loss)}" if step and step.loss is not None else ""
    found = f"  best {share(best.val_accuracy)} in {round} {best.epoch + 1}" if best else ""
    left = forecast.seconds_left()
    done = forecast.steps_done / max(1, started.steps_per_epoch)
    epoch = f"{(step.epoch if step else 0) + 1}/{started.epochs}"
    remaining = "" if left is None else f"  {duration(left)} left"
    return f"{round} {epoch} {bar(done, 20, drawn)}{remaining}{loss}{found}"


def _looking_line(forecast: Forecast, looked: Looked, drawn: bool) -> str:
    """What comes before an epoch's first step, or after its last."""
    left = forecast.seconds_of_looking()
    remaining = "" if left is None else f"  {duration(left)} more"
    share_done = looked.pictures / max(1, looked.of)
    what = "judging" if looked.purpose == "judging" else "looking"
    return f"{what} {bar(share_done, 20, drawn)}{remaining}  {looked.pictures:,} of {looked.of:,} pictures"


def _figure(value: float) -> str:
    return f"{value:.4f}" if value == value else "not a number"
