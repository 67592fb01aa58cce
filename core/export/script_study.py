"""What the exported script has to repeat, and in plain words what of a recipe it cannot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.catalog.picture_sizes import Size
from core.data.pixels import Preparation
from core.errors import TrainingError
from core.recipe import Recipe

WRITTEN_OUT = ("sgd", "adam", "adamw")
"""The optimizers that the script knows how to make."""
EXPRESSED = (
    *("l1", "l2", "weight_decay", "l2_sp", "clip", "dropout", "drop_path"),
    *("label_smoothing", "mixup", "cutmix", "random_erasing"),
)
"""The regularizers that the script knows."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """One run's training, as far as a script needs to know it."""

    run: str
    recipe: Recipe
    network: str
    """timm's name, with the tag of its weights."""
    model_args: Mapping[str, Any]
    parts: Sequence[tuple[str, Sequence[str]]]
    """Input first, the head last: what each part is called, and how its parameters' names begin."""
    preparation: Preparation
    classes: Sequence[str]
    sizes: Sequence[Size]
    """How large the training pictures of each epoch are."""
    without_pictures: str = ""
    """What whoever runs the script has to do for the pictures; nothing where they lie beside it."""
    bf16: bool = False
    thaw: str = ""

    @property
    def grows(self) -> bool:
        """Whether training pictures are smaller in some epochs than what the network is judged on."""
        return any(size != tuple(self.preparation.size) for size in self.sizes)


def refused(recipe: Recipe) -> str | None:
    """Why no script can be written for a recipe; None where one can."""
    if recipe.learner.name != "network":
        return f"train.py and train.ipynb are written for networks alone; {recipe.learner.name} needs Thaw."
    if recipe.strategy.name == "lora":
        return "train.py and train.ipynb are not written for LoRA, whose adapters are neither timm's nor torch's."
    if recipe.optimizer.name not in WRITTEN_OUT:
        return f"train.py and train.ipynb do not know the optimizer {recipe.optimizer.name}."
    return None


def differences(study: Study) -> Iterator[str]:
    """What the script does otherwise than Thaw did, a sentence each."""
    recipe = study.recipe
    if study.without_pictures:
        yield study.without_pictures
    for each in recipe.regularizers:
        if each.name not in EXPRESSED:
            yield f"The regularizer {each.name} is left out: the script does not know it."
    if recipe.workers > 1:
        yield (
            f"Thaw's {recipe.workers} workers took {recipe.batch_size} pictures each at every step; here one process "
            f"takes all {recipe.pictures_per_step}, so BatchNorm sees them together."
        )
    if recipe.views:
        yield f"Thaw kept {recipe.views} varied views of each picture; here every epoch varies them anew."
    if recipe.time_limit is not None:
        yield f"Thaw's time limit of {recipe.time_limit:g} s is left out: the script goes on to its last epoch."


def prefixes(parts: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, list[str]]]:
    """Each part's parameters by the fewest beginnings of names that mean them and no others."""
    return [
        (name, _beginnings(own, [each for other, (_, names) in enumerate(parts) if other != place for each in names]))
        for place, (name, own) in enumerate(parts)
    ]


def _beginnings(own: Sequence[str], others: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in own:
        if not name.startswith(tuple(found)):
            found.append(next((each for each in _ever_longer(name) if not any(o.startswith(each) for o in others)), ""))
    if "" in found:
        raise TrainingError("Two parts of this network cannot be told apart by their names; no script can be written.")
    return found


def _ever_longer(name: str) -> Iterator[str]:
    """ "layer1.", "layer1.0.", ..., and at last the whole name."""
    steps = name.split(".")
    yield from (".".join(steps[:count]) + "." for count in range(1, len(steps)))
    yield name


def decays(recipe: Recipe) -> tuple[float, float]:
    """The optimizer's weight decay of weights, and of norms and biases."""
    for each in recipe.regularizers:
        if each.name == "weight_decay":
            strength = float(each["strength"])
            return strength, strength if each["norms_and_biases"] else 0.0
    return 0.0, 0.0
