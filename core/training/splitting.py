"""Cutting a network in two at the border between what is frozen and what learns.

What a frozen prefix computes can be kept, if the rest of the network can go on from there. timm cannot say so for just
any model, so it is tried: the prefix is whatever runs before a module, the suffix is the modules from there on, and the
cut counts only if suffix(prefix(x)) equals model(x). Else the next lower border is tried, at last none. The prefix is a
copy without its norms, if that computes the same.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import nn
from torch.nn import functional

from core.training.counting import counted
from core.training.folding import Pair, alike, folded, noticing_pairs
from core.training.parts import HEAD, classifier_parameters
from core.training.weights import Tensors

AFTER = "after the last stage"

CANNOT = (TypeError, AttributeError, RuntimeError, IndexError, ValueError)
"""How networks say that they do not compute so."""
SAME = 1e-5
"""Of the largest feature: a prefix without its norms may be off by so much."""

Pass = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Cut:
    """A network in two: the prefix is frozen, the suffix learns."""

    boundary: str
    """The module that the suffix begins with."""
    prefix: Pass
    suffix: Pass
    state: Callable[[], Tensors]
    """The weights and statistics that the prefix depends on."""
    of: Callable[[nn.Module], "Cut"]
    """Cuts a copy of the network at the same place."""
    shape: tuple[int, ...] = ()
    """Of a picture's features, once it has been tried."""
    operations: float = 0.0
    """That the prefix takes for a picture, counted when it was tried."""
    above: float = 0.0
    """That the suffix takes."""


def cut_below(model: nn.Module, learning: Iterable[str], example: torch.Tensor) -> Cut | None:
    """The cut right below the lowest module that holds a learning parameter, or the next lower one that works."""
    with torch.no_grad():
        with noticing_pairs(model) as pairs:
            wanted = model(example)
        learning = set(learning)
        awake = [each for name, each in model.named_parameters() if name in learning and each.requires_grad]
        for make in _ways(model, learning, example):
            tried = _tried(make(model), model, example, wanted, awake)
            if tried is not None:
                cut, features = tried
                return replace(cut, prefix=_Light(cut, model, pairs, example[:1], features[:1])) if pairs else cut
    return None


class _Light:
    """A prefix that becomes one without its norms when it first computes anything: what is kept needs neither."""

    def __init__(
        self, cut: Cut, model: nn.Module, pairs: Sequence[Pair], example: torch.Tensor, features: torch.Tensor
    ):
        self._cut, self._model, self._pairs, self._known = cut, model, pairs, (example, features)
        self._chosen: Pass | None = None

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        if self._chosen is None:
            self._chosen = self._lighter()
        return self._chosen(pictures)

    def _lighter(self) -> Pass:
        """The light one where it computes the same; that is looked at in full precision, whoever asks first."""
        example, features = self._known
        try:
            with torch.inference_mode(mode=False), torch.no_grad(), torch.autocast(example.device.type, enabled=False):
                light = self._cut.of(folded(self._model, self._pairs)).prefix
                off = (light(example) - features).abs().max()
        except CANNOT:
            return self._cut.prefix
        return light if off <= SAME * features.abs().max() else self._cut.prefix


def _ways(model: nn.Module, learning: set[str], example: torch.Tensor) -> Iterator[Callable[[nn.Module], Cut]]:
    """How it might be cut, the highest first; each can be tried on a copy of the network as well."""
    if learning <= classifier_parameters(model):
        yield _cut_at_head
    modules = _executed(model, example)
    for place in range(_lowest(model, modules, learning), 0, -1):
        yield partial(_cut_at, names=[name for name, _ in modules], place=place)


def _lowest(model: nn.Module, modules: list[tuple[str, nn.Module]], learning: set[str]) -> int:
    """The place of the first module with a learning parameter; 0 where one belongs to none of them but the head."""
    owned = {name for prefix, _ in modules for name in learning if name.startswith(f"{prefix}.")}
    if not learning - owned <= _after_features(model, modules):
        return 0
    places = [place for place, (prefix, _) in enumerate(modules) if any(n.startswith(f"{prefix}.") for n in learning)]
    return places[0] if places else len(modules)


def _after_features(model: nn.Module, modules: list[tuple[str, nn.Module]]) -> set[str]:
    """The parameters that belong to what runs in `forward_head`."""
    tops = {name.split(".")[0] for name, _ in modules}
    direct = {name for name, _ in model.named_parameters(recurse=False)}
    return {name for name, _ in model.named_parameters() if name.split(".")[0] not in tops and name not in direct}


def _executed(model: nn.Module, example: torch.Tensor) -> list[tuple[str, nn.Module]]:
    """The model's children (stages and blocks one by one) in the order in which `forward_features` runs them."""
    order: list[tuple[str, nn.Module]] = []

    def noted(name: str, module: nn.Module) -> Callable[..., None]:
        return lambda *_: order.append((name, module))

    hooks = [module.register_forward_pre_hook(noted(name, module)) for name, module in _unrolled(model)]
    try:
        model.forward_features(example)  # type: ignore[operator]
    finally:
        for hook in hooks:
            hook.remove()
    return order


def _unrolled(model: nn.Module) -> list[tuple[str, nn.Module]]:
    found: list[tuple[str, nn.Module]] = []
    for name, child in model.named_children():
        inner = isinstance(child, nn.Sequential | nn.ModuleList) and len(child) > 0
        found += [(f"{name}.{key}", each) for key, each in child.named_children()] if inner else [(name, child)]
    return found


class _Reached(Exception):
    """The prefix has come to its end; carries what it computed."""

    def __init__(self, features: torch.Tensor):
        self.features = features


def _cut_at(model: nn.Module, names: list[str], place: int) -> Cut:
    modules = [(name, model.get_submodule(name)) for name in names]
    boundary, first = modules[place] if place < len(modules) else (AFTER, None)

    def stop(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        raise _Reached(inputs[0])

    def prefix(pictures: torch.Tensor) -> torch.Tensor:
        if first is None:
            return model.forward_features(pictures)  # type: ignore[operator]
        hook = first.register_forward_pre_hook(stop)
        try:
            model.forward_features(pictures)  # type: ignore[operator]
        except _Reached as reached:
            return reached.features
        finally:
            hook.remove()
        raise RuntimeError(f"{boundary} was not reached")

    def suffix(features: torch.Tensor) -> torch.Tensor:
        for _, module in modules[place:]:
            features = module(features)
        return model.forward_head(features)  # type: ignore[operator]

    above = tuple(f"{name}." for name, _ in modules[place:])
    after = _after_features(model, modules)

    def state() -> Tensors:
        return {
            name: each for name, each in model.state_dict().items() if not name.startswith(above) and name not in after
        }

    return Cut(boundary, prefix, suffix, state, partial(_cut_at, names=names, place=place))


def _cut_at_head(model: nn.Module) -> Cut:
    rate = _dropout_before_classifier(model)

    def prefix(pictures: torch.Tensor) -> torch.Tensor:
        return model.forward_head(model.forward_features(pictures), pre_logits=True)  # type: ignore[operator]

    def suffix(features: torch.Tensor) -> torch.Tensor:
        features = functional.dropout(features, rate, training=model.training)
        return model.get_classifier()(features)  # type: ignore[operator]

    head = classifier_parameters(model)

    def state() -> Tensors:
        return {name: each for name, each in model.state_dict().items() if name not in head}

    return Cut(HEAD, prefix, suffix, state, _cut_at_head)


def _dropout_before_classifier(model: nn.Module) -> float:
    """The rate of the dropout that the prefix ends with, at rest: each family of networks keeps it elsewhere.

    A classifier that has one of its own drops by itself.
    """
    classifier, head = model.get_classifier(), getattr(model, HEAD, None)  # type: ignore[operator]
    if _dropouts(classifier):
        return 0.0
    found = [getattr(owner, place, None) for owner in (model, head) for place in ("drop_rate", "head_drop", "drop")]
    rates = [each.p if isinstance(each, nn.Dropout) else each for each in found]
    named = max((float(rate) for rate in rates if isinstance(rate, int | float)), default=0.0)
    return named or max(_dropouts(head), default=0.0)


def _dropouts(module: object) -> list[float]:
    """The rates of those in a module; what is none, like two classifiers, has none."""
    inside = module.modules() if isinstance(module, nn.Module) else ()
    return [each.p for each in inside if isinstance(each, nn.Dropout)]


def _tried(
    cut: Cut, model: nn.Module, example: torch.Tensor, wanted: torch.Tensor, awake: Sequence[nn.Parameter]
) -> tuple[Cut, torch.Tensor] | None:
    """The cut with what trying it has told, and the example's features; None where it computes something else."""
    try:
        with counted(model) as below, torch.enable_grad():
            features = cut.prefix(example)
        if not isinstance(features, torch.Tensor) or _depends_on(features, awake):
            return None
        features = features.detach()
        with counted(model) as above:
            found = cut.suffix(features)
    except CANNOT:
        return None
    if not isinstance(found, torch.Tensor) or not alike(found, wanted):
        return None
    of_prefix, of_suffix = (2 * sum(each) / len(example) for each in (below, above))
    return replace(cut, shape=tuple(features.shape[1:]), operations=of_prefix, above=of_suffix), features


@torch.enable_grad()
def _depends_on(features: torch.Tensor, awake: Sequence[nn.Parameter]) -> bool:
    """Whether what learns is used below the border: some networks use a module's parameters without calling it."""
    if not awake or not features.requires_grad:
        return False
    return any(each is not None for each in torch.autograd.grad(features.sum(), awake, allow_unused=True))
