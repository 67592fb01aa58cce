"""Which parts learn, when, and how fast.

A backbone is an ordered list of parts, input first, head last. A strategy is one number per part per epoch: the part
learns at the recipe's rate times that number, and 0 means frozen. Everything the pages draw, and everything the
optimizer does, comes from that one function.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from core.catalog.registry import Registry, knob

Grain = Literal["stage", "block", "layer"]


class Strategy(ABC):
    """What a part is (`grain`), and how fast each one learns."""

    grain: ClassVar[Grain] = "stage"

    @abstractmethod
    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        """One factor on the learning rate per part, input first, head last; 0 means frozen."""

    def adapter(self) -> "Adapter | None":
        """Small matrices to train in place of the weights themselves, or None."""
        return None

    def picture_share(self, epoch: int) -> float:
        """How large training pictures are, as a share of both sides of the recipe's size; what judges is never less."""
        return 1.0

    def settles(self) -> int:
        """The epoch before which early stopping ends nothing: what wakes or grows until then has its chance first."""
        return 0


@dataclass(frozen=True)
class Adapter:
    """Low-rank adaptation: beside each weight matrix W stands B·A of this rank, scaled by alpha / rank."""

    rank: int
    alpha: float


STRATEGIES: Registry[Strategy] = Registry("strategy")


def awake_from_the_top(parts: int, below_head: int) -> list[float]:
    """The head and the given number of parts below it learn, the rest is frozen."""
    awake = min(parts, 1 + below_head)
    return [0.0] * (parts - awake) + [1.0] * awake


@STRATEGIES.register("head")
@dataclass(frozen=True)
class HeadOnly(Strategy):
    """Train only the new classifier; the backbone stays as it came. The quickest, and the floor for all others."""

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return awake_from_the_top(parts, 0)


@STRATEGIES.register("last_stages")
@dataclass(frozen=True)
class LastStages(Strategy):
    """Train the head and the last few stages below it; earlier stages, which see edges and textures, stay frozen."""

    count: int = knob(1, low=0, high=64, help="How many stages below the head learn.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return awake_from_the_top(parts, self.count)


@STRATEGIES.register("last_blocks")
@dataclass(frozen=True)
class LastBlocks(Strategy):
    """Train the head and the last few blocks below it: a finer cut than stages."""

    grain: ClassVar[Grain] = "block"
    count: int = knob(2, low=0, high=1000, help="How many blocks below the head learn.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return awake_from_the_top(parts, self.count)


@STRATEGIES.register("last_layers")
@dataclass(frozen=True)
class LastLayers(Strategy):
    """Train the head and the last few layers that hold weights, at once or waking a further share each epoch."""

    grain: ClassVar[Grain] = "layer"
    count: int = knob(90, low=0, high=10_000, help="How many layers with weights, below the head, learn in the end.")
    gradually: bool = knob(False, help="Begin with the head, then wake an equal share of the layers every epoch.")
    over_epochs: int = knob(
        4, low=1, high=1000, help="Epochs until all of them are awake, if gradually.", when="gradually"
    )

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        share = min(1.0, epoch / self.over_epochs) if self.gradually else 1.0
        return awake_from_the_top(parts, round(self.count * share))


@STRATEGIES.register("freeze_until")
@dataclass(frozen=True)
class FreezeUntil(Strategy):
    """Train only the head at first, then everything: the head settles before its errors reach the backbone."""

    epoch: int = knob(5, low=0, high=10_000, help="How many epochs the head trains alone before everything learns.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return awake_from_the_top(parts, 0 if epoch < self.epoch else parts)


@STRATEGIES.register("gradual")
@dataclass(frozen=True)
class GradualUnfreezing(Strategy):
    """Start with the head, then wake one more stage every few epochs, top down."""

    epochs_per_stage: int = knob(1, low=1, high=1000, help="Epochs before the next stage wakes.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return awake_from_the_top(parts, epoch // self.epochs_per_stage)


@STRATEGIES.register("discriminative")
@dataclass(frozen=True)
class Discriminative(Strategy):
    """Train everything, each stage slower than the one above it by a factor: early stages need little change."""

    factor: float = knob(2.6, low=1.0, high=100.0, help="How many times slower a stage learns than the one above it.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return [self.factor ** -(parts - 1 - part) for part in range(parts)]


@STRATEGIES.register("layerwise")
@dataclass(frozen=True)
class Layerwise(Strategy):
    """Train everything, with rates that fall block by block from the head down: the fine-grained discriminative."""

    grain: ClassVar[Grain] = "block"
    decay: float = knob(0.75, low=0.01, high=1.0, help="Each block learns at this share of the rate of the one above.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return [self.decay ** (parts - 1 - part) for part in range(parts)]


@STRATEGIES.register("full")
@dataclass(frozen=True)
class Full(Strategy):
    """Train everything from the first step, at one rate."""

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return [1.0] * parts


@STRATEGIES.register("swift")
@dataclass(frozen=True)
class Swift(Strategy):
    """First the head, then the stages below it, then everything, lower stages slower and on pictures that grow.
    Early stopping counts once pictures have grown up."""

    head_epochs: int = knob(3, low=0, high=1000, help="Epochs of the head alone.")
    upper_epochs: int = knob(2, low=0, high=1000, help="Epochs of the head and the stages right below it.")
    upper_stages: int = knob(1, low=1, high=64, help="How many stages these are.")
    decay: float = knob(0.5, low=0.01, high=1.0, help="Each stage learns at this share of the rate of the one above.")
    smallest: float = knob(0.5, low=0.1, high=1.0, help="The share of both sides that the growing pictures begin with.")
    growing_epochs: int = knob(2, low=0, high=1000, help="Epochs until they have grown up, once everything learns.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        awake = awake_from_the_top(parts, self._below_head(parts, epoch))
        return [scale * self.decay ** (parts - 1 - part) for part, scale in enumerate(awake)]

    def _below_head(self, parts: int, epoch: int) -> int:
        if epoch < self.head_epochs:
            return 0
        return self.upper_stages if epoch < self.head_epochs + self.upper_epochs else parts

    def picture_share(self, epoch: int) -> float:
        grown = epoch - self.head_epochs - self.upper_epochs
        if grown < 0 or grown >= self.growing_epochs:
            return 1.0
        return self.smallest + (1 - self.smallest) * grown / self.growing_epochs

    def settles(self) -> int:
        return self.head_epochs + self.upper_epochs + self.growing_epochs


@STRATEGIES.register("lora")
@dataclass(frozen=True)
class Lora(Strategy):
    """Keep every weight, train small low-rank matrices beside the convolutions and linear layers, and the head."""

    rank: int = knob(8, low=1, high=512, help="The rank of each added matrix pair; more learns more and costs more.")
    alpha: float = knob(16.0, low=0.01, high=4096, help="How strongly the added matrices count: alpha / rank times.")

    def lr_scales(self, parts: int, epoch: int) -> list[float]:
        return [1.0] * parts

    def adapter(self) -> Adapter:
        return Adapter(rank=self.rank, alpha=self.alpha)
