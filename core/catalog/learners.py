"""Who learns. Every learner yields the same events, so every page works on every run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from core.catalog.paths import check_path
from core.catalog.registry import Registry, knob

PANELS = ("thaw", "anatomy", "truth", "rate", "epochs", "why", "onnx")
"""What a page shows of a run that may mean nothing for a learner: which stage learned when, of what the loss is made,
whether the frozen stayed frozen, the learning rate, what was known after each epoch, why it says what it says, and
what it has learned as one graph to take away."""
OF_ITS_OWN = "This learner has a way of its own: no strategy freezes or wakes its parts."


class Learner:
    """Names the generator that does the learning; the generator itself stands where torch may be imported."""

    generator: ClassVar[str]
    """`module:function`, called as `function(recipe, device, plan=..., state=..., home=...)`; it yields events."""
    opens: ClassVar[str] = "core.training.predicting:open_predictor"
    """`module:function`, called as `function(folder, device)`; it opens what was saved as the best, ready to answer."""
    estimates: ClassVar[str] = ""
    """`module:function`, called as `function(recipe, home, device)`; it says what a run would take, if it can."""
    follows_strategy: ClassVar[bool] = False
    """Whether the recipe's strategy says what learns when."""
    takes_backbone: ClassVar[bool] = False
    """Whether it stands upon the recipe's backbone; else that is not used."""
    round: ClassVar[str] = "epoch"
    """What its record goes through one after the other."""
    things: ClassVar[str] = "runs"
    """What two of its runs are called when they are compared."""
    shows: ClassVar[str] = "heat"
    """What it is asked why with: `heat`, what speaks for a class; `cuts`, which parts it has read."""
    rebuilds: ClassVar[bool] = False
    """Whether it draws a picture again from what it has kept of it."""
    has_path: ClassVar[bool] = False
    """Whether it keeps many heads along a path of penalties, which can be walked."""
    without: ClassVar[Mapping[str, str]] = {}
    """Which of PANELS mean nothing for it, each with the sentence that says why."""

    def check(self, recipe: Any) -> None:
        """A RecipeError where the rest of the recipe asks for what it cannot do."""


LEARNERS: Registry[Learner] = Registry("learner")


@LEARNERS.register("network")
@dataclass(frozen=True)
class Network(Learner):
    """A neural network, trained by gradient descent with the chosen strategy and regularizers."""

    generator = "core.training.loop:train"
    estimates = "core.training.estimate:estimate"
    follows_strategy = takes_backbone = True
    things = "networks"


AT_ONCE = (
    "What decides is fitted at once, upon the features of a backbone that stays as it is: no stage thaws, no loss goes "
    "down that could be taken apart, and nothing frozen could have moved."
)
NO_RATE = "It takes no steps, so there is no learning rate."
APART = (
    "Its candidates are fitted apart from each other: none goes on from the last, so nothing is learned or forgotten."
)


@dataclass(frozen=True)
class OnFeatures(Learner):
    """Learns from what frozen backbones make of the pictures; the recipe says how their maps are pooled."""

    generator = "core.learners.classical:learn"
    opens = "core.learners.saving:open_classical"
    estimates = "core.learners.estimating_search:estimate"
    takes_backbone = True
    round = "candidate"
    without = {
        **dict.fromkeys(("thaw", "anatomy", "truth"), AT_ONCE),
        "rate": NO_RATE,
        "epochs": APART,
    }
    fit: ClassVar[str]
    """`module:class` of what fits a decision to features."""
    most_pictures: ClassVar[int | None] = None
    """How many pictures can be learned from, where there is a limit."""

    stage: int = knob(
        0,
        low=0,
        high=200,
        help="Which stage's features, counted from the end; 0 is what the backbone's own head would see.",
    )
    join: str = knob(
        "", help="Names of further backbones, with commas between them, whose features stand beside the first one's."
    )
    standardise: bool = knob(True, help="Bring every feature to mean 0 and spread 1 over the training pictures.")

    @property
    def joined(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.join.split(",") if name.strip())

    def candidates(self, pictures: int) -> list[dict[str, float]]:
        """The settings that are worth a try, with so many training pictures: validation chooses among them."""
        return [{}]

    def size(self, pictures: int, features: int, classes: int) -> int:
        """How many numbers the decision may come to."""
        return classes * (features + 1)


BY_DISTANCE = {
    **OnFeatures.without,
    "why": "It decides by how far a picture as a whole lies from others, or from a border between them: no place in it "
    "speaks for a class, so there is no heat map.",
}
LINEAR_COSTS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
RBF_COSTS = (0.3, 1.0, 3.0, 10.0, 30.0)
VOTERS = (1, 3, 5, 10, 20)


def _asked(value: float, grid: Sequence[float]) -> Sequence[float]:
    """The one value that was asked for, or all that are worth a try."""
    return [value] if value else grid


@dataclass(frozen=True)
class SupportVectors(OnFeatures):
    """For each class the widest gap between it and all others; what counts as near is the kernel's."""

    fit = "core.learners.fitting:SupportVectorsFit"
    without = BY_DISTANCE
    most_pictures = 8000
    """Every two of them are compared: half a gigabyte of nearness, and as much to work on."""
    costs: ClassVar[Sequence[float]]
    """What is worth a try as C."""

    C: float = knob(0.0, low=0.0, high=1e6, help="What a picture on the wrong side costs; 0 is searched for.")

    def candidates(self, pictures: int) -> list[dict[str, float]]:
        return [{"C": cost} for cost in _asked(self.C, self.costs)]


@LEARNERS.register("linear_svm")
@dataclass(frozen=True)
class LinearSvm(SupportVectors):
    """A support vector machine on frozen features: straight borders, with the widest gap beside them."""

    costs = LINEAR_COSTS


@LEARNERS.register("rbf_svm")
@dataclass(frozen=True)
class RbfSvm(SupportVectors):
    """A support vector machine on frozen features whose borders bend around the pictures it has seen."""

    costs = RBF_COSTS
    gamma: float = knob(
        0.0, low=0.0, high=1e6, help="How near it looks; 0 is scikit-learn's `scale`: wide for many features."
    )

    def size(self, pictures: int, features: int, classes: int) -> int:
        return min(pictures, self.most_pictures or pictures) * (features + classes)


@LEARNERS.register("logistic")
@dataclass(frozen=True)
class Logistic(OnFeatures):
    """Logistic regression on frozen features: the best head there is, found at once instead of in epochs."""

    fit = "core.learners.fitting:LogisticFit"
    C: float = knob(0.0, low=0.0, high=1e6, help="How little large weights are held back; 0 is searched for.")

    def candidates(self, pictures: int) -> list[dict[str, float]]:
        return [{"C": cost} for cost in _asked(self.C, LINEAR_COSTS)]


@LEARNERS.register("knn")
@dataclass(frozen=True)
class Neighbours(OnFeatures):
    """The training pictures that are nearest in frozen features vote; nothing is fitted, all of them are kept."""

    fit = "core.learners.fitting:NeighboursFit"
    without = BY_DISTANCE
    k: int = knob(0, low=0, high=1000, help="How many vote; 0 is searched for.")
    vote: str = knob(
        "near", options=("near", "equal"), help="Whether nearer pictures count more (by one over their distance)."
    )

    def candidates(self, pictures: int) -> list[dict[str, float]]:
        return [{"k": k} for k in dict.fromkeys(min(int(k), pictures) for k in _asked(self.k, VOTERS))]

    def size(self, pictures: int, features: int, classes: int) -> int:
        return pictures * features


@LEARNERS.register("class_mean")
@dataclass(frozen=True)
class ClassMeans(OnFeatures):
    """The class whose mean lies nearest in frozen features: the simplest thing that may work, and hard to overfit."""

    fit = "core.learners.fitting:MeansFit"
    without = BY_DISTANCE


@LEARNERS.register("path")
@dataclass(frozen=True)
class HeadPath(Learner):
    """Many heads at once upon a frozen backbone: a path of penalties, and if you like several seeds and rates."""

    generator = "core.learners.path:learn_path"
    estimates = "core.learners.path_estimating:estimate_path"
    takes_backbone = has_path = True
    without = dict.fromkeys(
        ("thaw", "truth"),
        "Only heads learn, upon features that were computed once: no stage thaws, and nothing frozen could have moved.",
    )
    penalty: str = knob(
        "l1",
        options=("l1", "l2"),
        help="On the heads' weights: l1 shrinks after each step, which gives exact zeros; l2 stands in the loss.",
    )
    count: int = knob(40, low=1, high=1000, help="How many penalties, from the strongest to none; 1 is none alone.")
    strongest: float = knob(10.0, low=1e-12, high=1e9, help="The first penalty.")
    weakest: float = knob(1e-3, low=1e-12, high=1e9, help="The last one before none; between them in equal ratios.")
    seeds: int = knob(1, low=1, high=100, help="How many seeds, counted up from the recipe's; each has its own order.")
    rates: str = knob("", help="Learning rates with commas between them, all tried; empty is the recipe's lr alone.")

    def check(self, recipe: Any) -> None:
        check_path(self, recipe)


@LEARNERS.register("segment")
@dataclass(frozen=True)
class Segment(Learner):
    """Segment, then classify: cut a picture into its parts, read each one, and add them up with all their doubt."""

    generator = "core.learners.segmenting:learn_segments"
    opens = "core.learners.parts:open_reader"
    estimates = "core.learners.segmenting:estimate_segments"
    shows = "cuts"
    without = {"onnx": "It reads a picture part by part: that is no single network, so it cannot be written as ONNX."}
    cuts: str = knob(
        "components",
        options=("components", "columns"),
        help="What a part is found by: connected ink, cut along seams; or columns, cut straight where ink is least.",
    )
    parts_from: str = knob(
        "auto",
        options=("auto", "digits", "mnist"),
        help="The dataset that single parts are learned from; auto is what the pictures are made from, else mnist.",
    )


@LEARNERS.register("autoencoder")
@dataclass(frozen=True)
class Autoencoding(Learner):
    """An autoencoder: learn to draw each picture again from a few numbers, then to name it by these numbers."""

    generator = "core.learners.autoencoder:learn_autoencoder"
    opens = "core.learners.reconstructions:open_rebuilder"
    estimates = "core.learners.autoencoder:estimate_autoencoder"
    rebuilds = True
    latent: int = knob(64, low=1, high=4096, help="How many numbers a picture is squeezed into.")
    reconstruct: float = knob(
        0.5, low=0.0, high=1.0, help="The share of the epochs that only reconstruct; the last epoch always names."
    )
    encoder_learns: bool = knob(
        True, help="Whether the encoder goes on learning, to reconstruct and to name, or stays as it is by then."
    )
    places: int = knob(
        0,
        low=0,
        high=16,
        help="With 0 it names the class; else a digit is named for each of so many places, and their sum is the class.",
    )


def learner_in(recipe: Mapping[str, Any]) -> type[Learner]:
    """The learner of a recipe in its JSON form."""
    return LEARNERS.entry(LEARNERS.parse(recipe.get("learner", "network")).name)


def learner_behind(how: str) -> type[Learner]:
    """Who learns, where `how` names the strategy of a network, or a learner that follows none."""
    return LEARNERS.entry(how) if how in LEARNERS else Network


def in_words(dataset: str, backbone: str, how: str) -> str:
    """What learns what, by that."""
    if how not in LEARNERS:
        return f"{dataset} with {backbone}, strategy {how}"
    return f"{dataset}{f' with {backbone}' if LEARNERS.entry(how).takes_backbone else ''}, learner {how}"
