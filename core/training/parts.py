"""A network as an ordered list of parts, input first, head last: what a strategy freezes and what charts draw.

timm's models state their own stages and blocks. The classifier is split off by identity, because the last group may
also hold pretrained layers (MobileNet's conv_head, ConvNeXt's head.norm); those stay with the part before it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from os.path import commonprefix

from timm.models import group_parameters
from torch import nn

from core.catalog.strategies import Grain
from core.errors import TrainingError

HEAD = "head"


@dataclass(frozen=True)
class Part:
    """Some of a network's parameters, by name."""

    name: str
    parameters: tuple[str, ...]


def classifiers(model: nn.Module) -> list[nn.Module]:
    """The classifier, which may consist of several modules."""
    classifier = model.get_classifier()  # type: ignore[operator]
    return list(classifier) if isinstance(classifier, tuple | list) else [classifier]


def classifier_parameters(model: nn.Module) -> set[str]:
    """The names of the classifier's parameters."""
    own = {id(parameter) for module in classifiers(model) for parameter in module.parameters()}
    return {name for name, parameter in model.named_parameters() if id(parameter) in own}


def parts_of(model: nn.Module, grain: Grain) -> list[Part]:
    """The network's parts at a grain, input first, the classifier last."""
    head = classifier_parameters(model)
    body: list[list[str]] = []
    leftover: list[str] = []
    for group in _groups(model, coarse=grain == "stage"):
        own = [name for name in group if name not in head]
        if body and len(own) < len(group):
            leftover += own
        else:
            body.append(own)
    if grain == "layer":
        body = [layer for group in [*body, leftover] for layer in _layers(group)]
    names = _names(body)
    if grain != "layer":
        body[-1] += leftover
    ordered_head = tuple(name for name, _ in model.named_parameters() if name in head)
    return [*map(Part, names, map(tuple, body)), Part(HEAD, ordered_head)]


def _groups(model: nn.Module, coarse: bool) -> list[list[str]]:
    try:
        grouped = group_parameters(model, model.group_matcher(coarse=coarse))  # type: ignore[operator]
    except (AttributeError, AssertionError):
        raise TrainingError(f"timm does not say which stages {type(model).__name__} has; choose another.") from None
    place = {name: index for index, (name, _) in enumerate(model.named_parameters())}
    return [sorted(grouped[key], key=place.__getitem__) for key in sorted(grouped)]


def _layers(group: Iterable[str]) -> list[list[str]]:
    """One list per module that holds parameters of its own: a convolution, a norm, a linear layer."""
    return [list(layer) for _, layer in groupby(group, key=_owner)]


def _owner(name: str) -> str:
    return name.rpartition(".")[0]


def _names(body: list[list[str]]) -> list[str]:
    """What the parameters of a part share of their names; the first part without a name of its own is the stem."""
    plain = [_shared(group) if place or len(_tops(group)) == 1 else "stem" for place, group in enumerate(body)]
    short = [name.removesuffix(".0").removesuffix(".blocks") for name in plain]
    alone = [sum(other == name or other.startswith(f"{name}.") for other in plain) == 1 for name in short]
    names = [name if only else full for name, full, only in zip(short, plain, alone, strict=True)]
    return [name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names)]


def _tops(group: list[str]) -> set[str]:
    return {name.split(".")[0] for name in group}


def _shared(group: list[str]) -> str:
    """What the names of a part have in common; a norm that stands behind the last block goes by the block's name."""
    top = group[0].split(".")[0]
    owners = [_owner(name).split(".") for name in group if name.split(".")[0] == top]
    return ".".join(commonprefix(owners)) or top
