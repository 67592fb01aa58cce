"""Networks that have already learned to see. Each card is a line; any other timm name can be typed too."""

from dataclasses import dataclass, field
from typing import Any

DEFAULT_BACKBONE = "thaw_small"


@dataclass(frozen=True, kw_only=True)
class BackboneCard:
    """What a person needs to choose a backbone, and what timm needs to build it."""

    name: str
    title: str
    family: str
    parameters: int
    """Millions are for the page; this is the exact count with its original classifier."""
    input: tuple[int, int]
    when: str
    """One sentence: when to choose it."""
    architecture: str = ""
    """timm's name where it differs from ours."""
    model_args: dict[str, Any] = field(default_factory=dict)
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    has_weights: bool = True

    @property
    def timm_name(self) -> str:
        return self.architecture or self.name
