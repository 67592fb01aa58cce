"""What a classical run decided that its owner should know, in sentences."""

from collections.abc import Iterator, Sequence

from core.catalog.learners import ClassMeans, Neighbours, OnFeatures
from core.learners.fitting import Settings, settings_of
from core.recipe import Recipe
from core.training.model import Net
from core.training.pooling import pools_its_own_way

Remark = tuple[str, str]
"""A topic, and a sentence."""

MOST_NAMED = 10


def on_recipe(recipe: Recipe, learner: OnFeatures, nets: Sequence[Net]) -> Iterator[Remark]:
    if recipe.augmentation:
        yield (
            "augmentation",
            "Augmentation is not used: the features of each picture are computed once, from it as it is.",
        )
    if not recipe.pretrained:
        yield "pretrained", f"{recipe.backbone} has random weights here: its features come from no other pictures."
    if recipe.class_balance != "none" and isinstance(learner, Neighbours | ClassMeans):
        yield "class_balance", f"{recipe.learner.name} knows no weights of classes: class_balance changes nothing."
    elif recipe.class_balance == "sampling":
        yield "class_balance", "Drawing small classes more often is the same here as weighing them: they are weighed."
    for name, net in zip((recipe.backbone, *learner.joined), nets, strict=True):
        if learner.stage == 0 and recipe.pooling == "avg" and pools_its_own_way(net.blueprint.model_args):
            yield "pooling", f"{name} can only pool in a way of its own, and does."


def on_too_many(have: int, most: int) -> Remark:
    return (
        "pictures",
        f"Support vectors are found by comparing every two pictures: at most {most:,} of {have:,} teach.",
    )


def on_classes(without: Sequence[str]) -> list[Remark]:
    if not without:
        return []
    named = ", ".join(without[:MOST_NAMED]) + (
        f" and {len(without) - MOST_NAMED} more" if len(without) > MOST_NAMED else ""
    )
    return [("classes", f"No training picture is of {named}: such an answer is never given.")]


def on_haste(settings: Settings) -> Remark:
    return (
        "search",
        f"With {settings_of(settings)} the fit was ended before it was done: its figures may be a little off.",
    )
