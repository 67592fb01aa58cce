"""What one run has said so far, put in order: its curves, its best epoch, how long it still takes, what is amiss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from core.catalog.learners import LEARNERS, Learner, learner_in
from core.catalog.strategies import STRATEGIES
from core.events import event_from_json
from core.insight.truth import Breach, alarms, breaches
from core.insight.verdicts.intervals import wilson
from core.service.forecast import Forecast
from core.service.thinning import thinned

MOST_KEPT = 0.95
STEPS_UNSMOOTHED = 12
"""How much a running mean keeps at each step: of few steps next to nothing, or it would lag behind all of them."""
MOST_EPOCHS_DRAWN = 2_000
"""Of a run that has done more, no drawing shows which stage learned when."""
SHORT = 30
AHEAD = 2
"""A drawing shows all of a short run; of a longer one what is done, and as much again that is to come."""
FIGURES = ("epoch", "step", "train_loss", "val_loss", "train_accuracy", "val_accuracy", "lr", "losses", "stages")
"""Of an epoch, what curves are made of."""

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One step, as far as a curve needs it."""

    step: int
    epoch: float
    """Epochs since the beginning, with a fraction."""
    seconds: float
    lr: float
    loss: float


@dataclass
class Story:
    """Hears events in their order; what a resumed run tells anew takes the place of what was told before."""

    recipe: Mapping[str, Any]
    number: int = 0
    """Of the last event that was heard."""
    forecast: Forecast = field(default_factory=Forecast)
    steps: list[Told] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    notices: dict[tuple[str, str], None] = field(default_factory=dict)
    best: Facts | None = None
    finished: Facts | None = None

    def hear(self, said: Mapping[str, Any]) -> None:
        self.number = said["number"]
        match said["kind"]:
            case "started":
                self._begin(resumed=bool(said.get("resumed")))
            case "step":
                self._take_step(said)
            case "epoch_ended":
                self._take_epoch(said)
            case "improved":
                self.best = {key: said[key] for key in ("epoch", "val_loss", "val_accuracy")}
            case "notice":
                self.notices[said["topic"], said["message"]] = None
            case "finished":
                self.finished = dict(said)
        self.forecast.hear(event_from_json(said))

    @property
    def size(self) -> int:
        """How much there is to remember, in rows."""
        stages = len(self.forecast.started.stages) if self.forecast.started else 0
        return len(self.steps) + len(self.forecast.ended) * (1 + stages)

    def to_json(self, points: int) -> Facts:
        """The curves in at most so many points each; figures that are not curves are exact."""
        started, best = self.forecast.started, self.best
        return {
            "number": self.number,
            "learner": LEARNERS.parse(self.recipe.get("learner", "network")).name,
            "round": self._learner.round,
            "without": dict(self._learner.without),
            "planned_epochs": started.epochs if started else None,
            "steps_per_epoch": started.steps_per_epoch if started else None,
            "pictures": dict(started.pictures) if started else {},
            "epochs_done": self.epochs_done,
            "epochs_drawn": self.epochs_drawn,
            "progress": self.progress,
            "seconds_left": None if self.finished else self.forecast.seconds_left(),
            "looking": self._looking(),
            "judging": bool(self.forecast.predicted) or self._all_epochs_done,
            "best": best and {**best, "interval": self._interval(best["val_accuracy"])},
            "epochs": [self._with_interval(each) for each in thinned(self._epochs(), points)],
            "steps": thinned(self._smoothed_steps(), points),
            "stages": self._stages(),
            "alarms": alarms(each for each in self.breaches if each.epoch < self.epochs_done),
            "notices": [{"topic": topic, "message": message} for topic, message in self.notices],
        }

    @property
    def epochs_done(self) -> int:
        return self.forecast.ended[-1].epoch + 1 if self.forecast.ended else 0

    @property
    def epochs_drawn(self) -> int:
        """How far an axis of epochs reaches: the curves of a run that has begun its 1,000 epochs would be a dot."""
        done, planned = self.epochs_done, self.forecast.started.epochs if self.forecast.started else 1
        return max(1, done if self._has_ended else min(planned, max(SHORT, AHEAD * done)))

    @property
    def _has_ended(self) -> bool:
        return self.finished is not None and self.finished["state"] != "paused"

    @property
    def progress(self) -> float:
        """The share of all steps that were taken."""
        started, step = self.forecast.started, self.forecast.step
        if started is None:
            return 0.0
        done = self.epochs_done * started.steps_per_epoch
        return min(1.0, max(done, step.step if step else 0) / max(1, started.epochs * started.steps_per_epoch))

    @property
    def _all_epochs_done(self) -> bool:
        return bool(self.forecast.started and self.epochs_done >= self.forecast.started.epochs)

    def _looking(self) -> Facts | None:
        """How far it is with pictures that it looks at before a step, or judges."""
        looked = self.forecast.looked
        if looked is None:
            return None
        told = {"purpose": looked.purpose, "pictures": looked.pictures, "of": looked.of}
        return {**told, "seconds_left": self.forecast.seconds_of_looking()}

    def _begin(self, resumed: bool) -> None:
        self.finished = None
        if not resumed:
            self.steps, self.breaches, self.best = [], [], None

    def _take_step(self, said: Mapping[str, Any]) -> None:
        while self.steps and self.steps[-1].step >= said["step"]:
            self.steps.pop()
        loss = said.get("loss")
        if loss is None:
            return
        per_epoch = max(1, self.forecast.started.steps_per_epoch if self.forecast.started else 1)
        place = {"step": said["step"], "epoch": said["step"] / per_epoch, "seconds": said["elapsed"]}
        self.steps.append(Told(**place, lr=said["lr"], loss=loss))

    def _take_epoch(self, said: Mapping[str, Any]) -> None:
        before = next((vars(each) for each in reversed(self.forecast.ended) if each.epoch < said["epoch"]), None)
        self.breaches = [each for each in self.breaches if each.epoch < said["epoch"]]
        self.breaches += breaches(before, said, norms_may_drift=self.recipe.get("frozen_norms") == "drift")

    def _smoothed_steps(self) -> list[Facts]:
        kept = max(0.0, min(MOST_KEPT, 1 - STEPS_UNSMOOTHED / max(1, len(self.steps))))
        means = accumulate((each.loss for each in self.steps), lambda mean, loss: kept * mean + (1 - kept) * loss)
        return [
            {
                "step": each.step,
                "epoch": each.epoch,
                "seconds": each.seconds,
                "lr": each.lr,
                "loss": each.loss,
                "smooth": mean,
            }
            for each, mean in zip(self.steps, means, strict=True)
        ]

    def _epochs(self) -> list[Facts]:
        return [
            {"seconds": each.elapsed, **{name: getattr(each, name) for name in FIGURES}} for each in self.forecast.ended
        ]

    def _with_interval(self, epoch: Facts) -> Facts:
        return {**epoch, "val_interval": self._interval(epoch["val_accuracy"])}

    def _interval(self, accuracy: float | None) -> tuple[float, float] | None:
        judged = self.forecast.started.pictures.get("val", 0) if self.forecast.started else 0
        return None if accuracy is None else wilson(accuracy * judged, judged)

    def _stages(self) -> list[Facts]:
        """Per stage its scale in each epoch: those that were, and those to come where the strategy speaks of stages."""
        started = self.forecast.started
        if started is None or self.epochs_done > MOST_EPOCHS_DRAWN:
            return []
        past = [{stage["name"]: stage["scale"] for stage in each.stages} for each in self.forecast.ended]
        future = self._planned_scales(len(past))
        return [
            {
                **stage,
                "scales": [each.get(stage["name"], 0.0) for each in past]
                + [each[place] if stage["trained"] else 0.0 for each in future],
            }
            for place, stage in enumerate(started.stages)
        ]

    @property
    def _learner(self) -> type[Learner]:
        return learner_in(self.recipe)

    def _planned_scales(self, done: int) -> list[list[float]]:
        started = self.forecast.started
        if started is None or self._has_ended or not self._learner.follows_strategy:
            return []
        strategy = STRATEGIES.build(STRATEGIES.parse(self.recipe["strategy"]))
        if strategy.grain != "stage":
            return []
        return [strategy.lr_scales(len(started.stages), epoch) for epoch in range(done, self.epochs_drawn)]
