"""One classical run's working parts in one place: features, what is learned from them, and the best found so far."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from scipy.special import log_softmax
from sklearn.exceptions import ConvergenceWarning

from core.catalog.learners import LEARNERS, OnFeatures
from core.data.splits import cap
from core.errors import RecipeError, TrainingError
from core.events import Wish
from core.home import Home
from core.learners import remarks
from core.learners.backbones import branches_of, build_backbones
from core.learners.calibrating import sharpness_of
from core.learners.collecting import Collection
from core.learners.deciding import NEVER, Classifier, answers
from core.learners.fitting import Material, Settings, counting_alike, fit_of, settings_of
from core.learners.saving import save_classical
from core.recipe import Recipe
from core.training.endings import STOPPED, Ending, out_of_time, rank_of
from core.training.judging import Judged
from core.training.lesson import Lesson
from core.training.looking import Look, counted, each_timed
from core.training.plan import Plan

MOST_JUDGED = 10_000
"""Training pictures that a candidate is judged on: enough for a curve."""


@dataclass(frozen=True)
class Score:
    """Mean cross-entropy and accuracy."""

    loss: float
    accuracy: float

    @classmethod
    def of(cls, logits: np.ndarray, labels: np.ndarray) -> "Score":
        likely = log_softmax(logits.astype(np.float64), axis=1)
        return cls(-float(likely[np.arange(len(labels)), labels].mean()), float((logits.argmax(1) == labels).mean()))


@dataclass(frozen=True)
class Tried:
    """One candidate: what it was, what it became, and how good that is."""

    place: int
    settings: Settings
    classifier: Classifier
    train: Score
    val: Score
    judged: Judged
    seconds: dict[str, float]


class Search:
    """Everything one run works with."""

    def __init__(self, recipe: Recipe, device: torch.device, home: Home, plan: Plan | None):
        self.began = time.monotonic()
        if recipe.workers != 1:
            raise RecipeError("workers", recipe.workers, f"{recipe.learner.name} learns alone, choose 1")
        self.recipe, self.device = recipe, device
        learner = LEARNERS.build(recipe.learner)
        assert isinstance(learner, OnFeatures)
        self.learner = learner
        self.lesson = Lesson.load(recipe, home)
        self.nets = build_backbones(recipe, learner, self.lesson)
        self.branches = branches_of(self.nets, recipe, learner)
        self.plan = plan or planned(recipe)
        torch.set_num_threads(self.plan.compute_threads)
        for branch in self.branches:
            branch.eval().to(device, memory_format=self.plan.layout)  # type: ignore[call-overload]
        self.features = Collection(recipe, self.lesson, self.nets, self.branches, self.plan, device)
        self.remarks = list(remarks.on_recipe(recipe, learner, self.nets))
        self.seconds: dict[str, float] = {}
        self.best: Tried | None = None
        self.last: Tried | None = None
        self.computed = False

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    @property
    def planned(self) -> int:
        """How many candidates there will be."""
        return len(self.learner.candidates(len(self.lesson.splits["train"])))

    @property
    def tried(self) -> int:
        return self.last.place + 1 if self.last else 0

    @property
    def late(self) -> bool:
        return self.recipe.time_limit is not None and self.elapsed >= self.recipe.time_limit

    def labels(self, split: str) -> np.ndarray:
        return self.lesson.source.labels[self.lesson.splits[split]]

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[what] = self.seconds.get(what, 0.0) + time.perf_counter() - began

    def gather(self) -> Iterator[Look]:
        """Compute the features that nobody has kept yet, of all splits; after each batch, how far it is.

        Each backbone looks at each picture.
        """
        splits = self.lesson.splits.values()
        missing = sum(self.features.missing(numbers) for numbers in splits)
        self.computed = missing > 0
        looks = counted(chain.from_iterable(self.features.gather(numbers) for numbers in splits), missing)
        yield from each_timed(looks, partial(self.timed, "features"))

    def begin(self) -> list[Settings]:
        """Bring the features to one scale; returns all settings that are worth a try."""
        with self.timed("preparing"):
            rows, labels = self._training()
            self.mean, self.spread = scale_of(rows) if self.learner.standardise else unscaled(rows)
            self.never = np.where(np.isin(np.arange(len(self.lesson.source.classes)), labels), 0.0, NEVER)
            weights = np.ones(len(labels)) if self.recipe.class_balance == "none" else counting_alike(labels)
            rows = (rows - self.mean) / self.spread
            self.material = Material(rows.astype(np.float32), labels, len(self.lesson.source.classes), weights)
            self.fit = fit_of(self.learner, self.material)
            self.fit.prepare()
        return self.learner.candidates(len(labels))

    def _training(self) -> tuple[np.ndarray, np.ndarray]:
        """Features and labels of the pictures that are learned from."""
        source, numbers = self.lesson.source, self.lesson.splits["train"]
        most = self.learner.most_pictures
        if most is not None and len(numbers) > most:
            self.remarks.append(remarks.on_too_many(len(numbers), most))
            numbers = evenly(numbers, source.labels, most)
        labels = source.labels[numbers]
        known = np.unique(labels)
        if len(known) < 2:
            raise TrainingError(
                f"All training pictures are of one class, {source.classes[known[0]]}; add another class."
            )
        self.remarks += remarks.on_classes([name for at, name in enumerate(source.classes) if at not in known])
        return self.features[numbers], labels

    def attempt(self, settings: Settings) -> Tried:
        """Fit one candidate to the training pictures, learn how sure it may be, and ask the validation pictures."""
        seconds: dict[str, float] = {}
        with self._told_of_haste(settings):
            began = time.perf_counter()
            decision = self.fit.decision(np.arange(len(self.material.labels)), settings)
            seconds["fit"] = time.perf_counter() - began
            began = time.perf_counter()
            sharpness = sharpness_of(self.fit, self.material, settings)
            seconds["calibration"] = time.perf_counter() - began
        began = time.perf_counter()
        scale = {"mean": self.mean, "spread": self.spread, "never": self.never, "sharpness": np.array(sharpness)}
        classifier = Classifier(decision, **scale)
        train, _ = self._judged(classifier, some(self.lesson.splits["train"], MOST_JUDGED))
        val, judged = self._judged(classifier, self.lesson.splits["val"])
        seconds["evaluation"] = time.perf_counter() - began
        self.seconds["search"] = self.seconds.get("search", 0.0) + sum(seconds.values())
        self.last = Tried(self.tried, settings, classifier, train, val, judged, seconds)
        return self.last

    @contextmanager
    def _told_of_haste(self, settings: Settings) -> Iterator[None]:
        """Scikit-learn warns where it gave up before it was done: whoever reads the run should know."""
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", ConvergenceWarning)
            yield
        if any(issubclass(each.category, ConvergenceWarning) for each in warned):
            self.remarks.append(remarks.on_haste(settings))

    def _judged(self, classifier: Classifier, numbers: np.ndarray) -> tuple[Score, Judged]:
        logits, labels = answers(classifier, self.features[numbers]), self.lesson.source.labels[numbers]
        likely = np.exp(log_softmax(logits, axis=1)).max(1)
        return Score.of(logits, labels), Judged(labels, logits.argmax(1), likely)

    def improved(self, tried: Tried) -> bool:
        """Whether this is the best so far: by what early stopping would watch, else by accuracy, then by loss."""
        if self.best and self._rank(tried) >= self._rank(self.best):
            return False
        self.best = tried
        return True

    def _rank(self, tried: Tried) -> list[float]:
        return rank_of(self.recipe.early_stopping, tried.val.loss, tried.val.accuracy)

    def ending(self, wish: Wish) -> Ending:
        """How the run ends, and why."""
        if wish == "pause":
            return Ending("paused", f"Paused after {self.tried} of {self.planned} candidates; features are kept.")
        if wish == "stop":
            return STOPPED
        if self.late and self.tried < self.planned:
            return out_of_time(self.recipe.time_limit)
        return Ending("done", self._outcome())

    def _outcome(self) -> str:
        assert self.best is not None
        if not self.best.settings:
            return "There was one candidate."
        return f"All {self.planned} candidates were tried; {settings_of(self.best.settings)} was best."

    def logits_of(self, tried: Tried, split: str) -> np.ndarray:
        """What a candidate says about a split."""
        return answers(tried.classifier, self.features[self.lesson.splits[split]])

    def saving(self, tried: Tried) -> partial[None]:
        return partial(self._save, tried=tried)

    def _save(self, folder: Path, tried: Tried) -> None:
        save_classical(folder, self.nets, self.branches, tried.classifier, self.recipe)


def planned(recipe: Recipe) -> Plan:
    """Features are computed once, so their figures matter more than the seconds that bf16 would save."""
    precision = "float32" if recipe.precision == "auto" else recipe.precision
    why = "the recipe says so" if precision == recipe.precision else "float32: features are computed once and kept"
    return Plan(precision=precision, compute_threads=torch.get_num_threads(), why=why)


def scale_of(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of each feature; one that is always the same is left as it is."""
    mean, spread = rows.mean(0, dtype=np.float64), rows.std(0, dtype=np.float64)
    return mean, np.where(spread > 1e-6 * (np.abs(mean) + 1e-6), spread, 1.0)


def unscaled(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(rows.shape[1]), np.ones(rows.shape[1])


def some(numbers: np.ndarray, most: int) -> np.ndarray:
    return numbers[np.linspace(0, len(numbers) - 1, min(most, len(numbers))).astype(int)]


def evenly(numbers: np.ndarray, labels: np.ndarray, most: int) -> np.ndarray:
    """At most so many pictures: the large classes give up theirs, the small ones keep all."""
    counts = np.sort(np.bincount(labels[numbers]))[::-1]
    per_class = next(
        each for each in range(int(counts[0]), 0, -1) if np.minimum(counts, each).sum() <= most or each == 1
    )
    return cap(numbers, labels, per_class)
