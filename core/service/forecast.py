"""How long a run still takes, by what it has said so far."""

from dataclasses import dataclass, field

from core.events import EpochEnded, Event, Looked, Notice, Predicted, Purpose, Started, Step

EVALUATION_COST = 0.4
"""What judging a picture costs beside learning from it, until an epoch has been measured: no way back."""


@dataclass
class Forecast:
    """How long a run still takes: training, the evaluation after each epoch, and the predictions at the end.

    Also what is frozen looking at further views of its pictures, but not at what later phases will freeze.
    """

    started: Started | None = None
    step: Step | None = None
    looked: Looked | None = None
    """How far what is frozen has come with its pictures, until the step that waits for it; or judging with its own."""
    ended: list[EpochEnded] = field(default_factory=list)
    predicted: list[str] = field(default_factory=list)
    """The splits that have been judged at the end, one by one."""
    _opened: float = 0.0
    """When the first epoch began, on the run's own clock."""
    _begun: float = 0.0
    """When it began to learn."""
    _since: tuple[float, int] | None = None
    """From which moment and which step on this epoch can be measured: a resumed run begins somewhere inside."""
    _first_look: Looked | None = None
    """Of those that are under way."""
    _later: int = 0
    """Pictures that will be looked at before later epochs."""
    _paces: dict[Purpose, float] = field(default_factory=dict)
    """The seconds that looking at a picture takes, as far as they are known."""

    def hear(self, event: Event) -> None:
        if not isinstance(event, Looked | Notice):
            self.looked = self._first_look = None
        match event:
            case Started():
                self.started, self.step, self.predicted, self._since = event, None, [], None
                if not event.resumed:
                    self.ended, self._later, self._since = [], 0, (event.elapsed, 0)
                    self._opened = self._begun = event.elapsed
            case Looked():
                self._look(event)
            case Step():
                self._forget_from(event.epoch)
                self.step, self._since = event, self._since or (event.elapsed, event.step)
            case EpochEnded():
                self._forget_from(event.epoch)
                self.ended.append(event)
                self._paces.pop("judging", None)  # in the end whole pictures may be judged, instead of their features
            case Predicted():
                self.predicted.append(event.split)

    def _look(self, now: Looked) -> None:
        self.looked = now
        first = self._first_look = self._first_look or now
        if now.pictures > first.pictures:
            self._paces[now.purpose] = (now.elapsed - first.elapsed) / (now.pictures - first.pictures)
        if now.purpose == "judging":
            return
        self._later = now.later
        if not self.ended:
            self._begun, self._since = now.elapsed, self._since and (now.elapsed, self._since[1])

    def _forget_from(self, epoch: int) -> None:
        """What a resumed run had done after its last snapshot is told anew."""
        while self.ended and self.ended[-1].epoch >= epoch:
            self.ended.pop()

    @property
    def steps_done(self) -> int:
        """Steps of the epoch that is under way."""
        if self.started is None or self.step is None:
            return 0
        return self.step.step - self.step.epoch * self.started.steps_per_epoch

    def seconds_left(self) -> float | None:
        if self.started is None or not (self.ended or self._steps_measured):
            return None
        epochs_left = 0 if self.predicted else max(0, self.started.epochs - self._epochs_done)
        per_epoch = self._training_seconds() + self._judging_seconds("val")
        begun = 0.0 if self._between_epochs else self._training_seconds() * self.steps_done / self._steps
        learning = max(0.0, per_epoch * epochs_left - begun)
        return learning + self._features_seconds() + self._final_seconds(all_learned=not epochs_left)

    def _features_seconds(self) -> float:
        """Looking at what the next step waits for, and at further views before later epochs."""
        now = self.seconds_of_looking() if self.looked and self.looked.purpose == "features" else None
        return (now or 0.0) + self._later * self._paces.get("features", 0.0)

    def seconds_of_looking(self) -> float | None:
        """Until all those pictures are looked at that are being looked at."""
        pace = self._paces.get(self.looked.purpose) if self.looked else None
        return None if self.looked is None or pace is None else (self.looked.of - self.looked.pictures) * pace

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
        """Of one epoch, without looking and evaluation: as the last whole one took, or as this one's steps suggest."""
        if self.ended:
            last = self.ended[-1]
            opened = self.ended[-2].elapsed if len(self.ended) > 1 else self._opened
            looking = max(last.seconds.get("prefix", 0.0), self._begun - opened)
            return max(0.0, last.elapsed - opened - looking - last.seconds.get("evaluation", 0.0))
        if self.step is None or self._since is None:
            return 0.0
        return (self.step.elapsed - self._since[0]) / max(1, self._steps_measured) * self._steps

    @property
    def _steps_measured(self) -> int:
        return self.step.step - self._since[1] if self.step and self._since else 0

    def _judging_seconds(self, split: str) -> float:
        """Judging every picture of a split once."""
        pictures = self.started.pictures if self.started else {}
        validation = pictures.get("val", 0) or 1
        measured = self.ended[-1].seconds.get("evaluation") if self.ended else None
        if measured is None:
            measured = self._training_seconds() * EVALUATION_COST * validation / max(1, pictures.get("train", 1))
        return measured * pictures.get(split, 0) / validation

    def _final_seconds(self, all_learned: bool) -> float:
        """Validation and test are judged by the best and by the last weights: as long as it takes once it is seen."""
        still = {split: max(0, 2 - self.predicted.count(split)) for split in ("val", "test")}
        pace = self._paces.get("judging") if all_learned else None
        if pace is None or self.started is None:
            return sum(self._judging_seconds(split) * times for split, times in still.items())
        pictures = sum(self.started.pictures.get(split, 0) * times for split, times in still.items())
        return max(0, pictures - (self.looked.pictures if self.looked else 0)) * pace
