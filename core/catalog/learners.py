"""Who learns. Every learner yields the same events, so every page works on every run."""

from dataclasses import dataclass
from typing import ClassVar

from core.catalog.registry import Registry


class Learner:
    """Names the generator that does the learning; the generator itself stands where torch may be imported."""

    generator: ClassVar[str]
    """`module:function`, called as `function(recipe, device, plan=..., state=..., home=...)`; it yields events."""
    opens: ClassVar[str] = "core.training.predicting:open_predictor"
    """`module:function`, called as `function(folder, device)`; it opens what was saved as the best, ready to answer."""


LEARNERS: Registry[Learner] = Registry("learner")


@LEARNERS.register("network")
@dataclass(frozen=True)
class Network(Learner):
    """A neural network, trained by gradient descent with the chosen strategy and regularizers."""

    generator = "core.training.loop:train"
