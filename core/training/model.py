"""From a recipe to a network: found, built by timm, with weights, a new head, and pictures as it wants them."""

import difflib
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import timm
import torch
from torch import nn

from core.catalog.backbones import BACKBONES
from core.catalog.regularizers import REGULARIZERS, Regularizer
from core.catalog.strategies import STRATEGIES
from core.data.pixels import Preparation
from core.errors import RecipeError, WeightsError
from core.home import Home
from core.recipe import Recipe
from core.training.adapters import Adapted, adapt, is_adapter, merged
from core.training.beginning import Beginning
from core.training.counting import operations_of
from core.training.folders import write_folder
from core.training.parts import Part, classifier_parameters, classifiers, parts_of
from core.training.pooling import pool_to_grid, pooling_args, pools_its_own_way
from core.training.weights import Tensors, Unfilled, WeightsFolder, fetched, find_folder, hash_of

COLOURS = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "half": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}
FIELDS = {"drop_path_rate": "regularizers", "drop_rate": "regularizers", "img_size": "image_size"}
"""The recipe's fields behind timm's options."""
ABOUT_WEIGHTS = ("mean", "std", "interpolation", "crop_pct", "first_conv", "classifier", "license", "fixed_input_size")


@dataclass(frozen=True)
class Blueprint:
    """What timm needs to build a network, and where its weights come from."""

    architecture: str
    model_args: dict[str, Any]
    about: dict[str, Any]
    """timm's `pretrained_cfg`: input size, mean, spread, where the classifier is."""
    folder: WeightsFolder | None
    tag: str = ""

    @property
    def name(self) -> str:
        """timm's name, with the tag of its weights where one was asked for."""
        return f"{self.architecture}.{self.tag}" if self.tag else self.architecture


@dataclass
class Net:
    """A network in training: the model, its parts at the strategy's grain, and where it began."""

    model: nn.Module
    blueprint: Blueprint
    parts: list[Part]
    stages: list[Part]
    head: set[str]
    preparation: Preparation
    classes: tuple[str, ...]
    weights_hash: str
    operations: float
    """Additions and multiplications that one picture takes, as it was built."""
    adapted: Adapted | None = None
    beginning: Beginning = field(default_factory=lambda: Beginning({}))
    rates: dict[str, float] = field(default_factory=dict)

    def weights(self, on: str, norms_and_biases: bool) -> list[tuple[str, nn.Parameter]]:
        """The weights that learn now: of the head, of the backbone (without adapters), or all."""
        return [
            (name, parameter)
            for name, parameter in self.model.named_parameters()
            if parameter.requires_grad
            and on in ("all", self._place(name))
            and (norms_and_biases or is_weight(parameter))
        ]

    def _place(self, name: str) -> str:
        return "head" if name in self.head else "adapter" if is_adapter(name) else "backbone"

    def rate(self, name: str) -> float:
        return self.rates[name]

    def can_learn(self, name: str) -> bool:
        """With adapters in place, only they and the head ever learn."""
        return self.adapted is None or is_adapter(name) or name in self.head

    def remember_start(self) -> None:
        self.beginning = Beginning(self.model.state_dict())

    @property
    def start(self) -> Tensors:
        """Every weight and statistic as the run began with it."""
        return self.beginning.tensors

    def hash_of(self, state: Tensors) -> str:
        """Of some of its tensors; of all but the head it is known, for as long as they are what the run began with."""
        rest = not self.adapted and state.keys() == self.start.keys() - self.head
        return self.weights_hash if rest and self.beginning.is_still(state) else hash_of(state)

    def plain_state(self) -> Tensors:
        """The state as plain timm knows it: adapters merged. It stays as it is, whatever is learned."""
        return merged(self.model) if self.adapted else self.beginning.copy(self.model.state_dict())


def is_weight(parameter: torch.Tensor) -> bool:
    """Norms and biases are vectors; everything else is a weight."""
    return parameter.dim() > 1


def build(recipe: Recipe, classes: Sequence[str], home: Home) -> Net:
    """The network of a recipe, with a new head for these classes."""
    torch.manual_seed(recipe.seed)
    blueprint = blueprint_of(recipe.backbone, home)
    preparation = preparation_of(recipe, blueprint)
    args = {
        **blueprint.model_args,
        **pooling_args(recipe.pooling, blueprint.architecture),
        **_size_args(blueprint, preparation),
    }
    blueprint = replace(blueprint, model_args=args)
    options = _options([REGULARIZERS.build(each) for each in recipe.regularizers])
    model, blueprint = _create(recipe, blueprint, len(classes), options)
    if not isinstance(recipe.pooling, str):
        pool_to_grid(model, recipe.pooling, recipe.backbone)
    if recipe.pretrained:  # the head is the same, whether or not anything was drawn for what a file has filled
        torch.manual_seed(recipe.seed)
    begin_head(model)
    operations = _tried(model, preparation, recipe)
    strategy = STRATEGIES.build(recipe.strategy)
    head = classifier_parameters(model)
    weights_hash = hash_of({name: each for name, each in model.state_dict().items() if name not in head})
    adapter = strategy.adapter()
    adapted = adapt(model, adapter, head, torch.zeros(1, 3, *preparation.size)) if adapter else None
    return Net(
        model=model,
        blueprint=blueprint,
        parts=parts_of(model, strategy.grain),
        stages=parts_of(model, "stage"),
        head=classifier_parameters(model),
        preparation=preparation,
        classes=tuple(classes),
        weights_hash=weights_hash,
        operations=operations,
        adapted=adapted,
    )


def blueprint_of(backbone: str, home: Home) -> Blueprint:
    """What a name stands for: a folder of weights, a card, or a model that timm knows."""
    folder = find_folder(backbone, home)
    if folder:
        config = folder.config
        about = dict(config.get("pretrained_cfg") or {})
        return Blueprint(_known(config["architecture"], backbone), dict(config.get("model_args") or {}), about, folder)
    card = BACKBONES.get(backbone)
    name, _, tag = (card.timm_name if card else backbone).partition(".")
    _known(name, backbone)
    about = timm.get_pretrained_cfg(f"{name}.{tag}" if tag else name)
    facts = about.to_dict(remove_source=False) if about else {}
    if card and not card.has_weights:
        facts = {**facts, "input_size": (3, *card.input), "mean": card.mean, "std": card.std}
    return Blueprint(name, dict(card.model_args) if card else {}, facts, None, tag)


def _known(architecture: str, backbone: str) -> str:
    if timm.is_model(architecture):
        return architecture
    near = difflib.get_close_matches(architecture, [*BACKBONES, *timm.list_models()], n=3)
    allowed = f"the nearest names are {', '.join(near)}" if near else "see `python -m core backbones` for names"
    raise RecipeError("backbone", backbone, f"neither Thaw nor timm knows it, {allowed}")


def preparation_of(recipe: Recipe, blueprint: Blueprint) -> Preparation:
    """Size and colours as the recipe asks; `measured` colours are filled in when the training split is there."""
    own = blueprint.about.get("input_size") or (3, 224, 224)
    colours = (
        blueprint.about.get("mean") or COLOURS["imagenet"][0],
        blueprint.about.get("std") or COLOURS["imagenet"][1],
    )
    mean, std = COLOURS.get(recipe.normalisation, colours)
    size = recipe.image_size or (int(own[1]), int(own[2]))
    return Preparation(size=size, fit=recipe.fit, mean=tuple(mean), std=tuple(std))


def _size_args(blueprint: Blueprint, preparation: Preparation) -> dict[str, Any]:
    return {"img_size": list(preparation.size)} if blueprint.about.get("fixed_input_size") else {}


def _options(regularizers: list[Regularizer]) -> dict[str, Any]:
    return {key: value for each in regularizers for key, value in each.model_options().items()}


def _create(
    recipe: Recipe, blueprint: Blueprint, classes: int, options: Mapping[str, Any]
) -> tuple[nn.Module, Blueprint]:
    """The model, and its blueprint as it was built: some families only pool in a way of their own."""
    try:
        return create(blueprint, classes, pretrained=recipe.pretrained, **options), blueprint
    except TypeError as error:
        odd = next((option for option in (*options, *blueprint.model_args) if option in str(error)), None)
        if odd is None:
            raise
        raise RecipeError(FIELDS.get(odd, "pooling"), odd, f"{recipe.backbone} is built without it") from None
    except AssertionError as error:  # how timm's families refuse a pooling
        if recipe.pooling == "avg" and not pools_its_own_way(blueprint.model_args):
            args = {key: value for key, value in blueprint.model_args.items() if key not in ("global_pool", "fc_norm")}
            return _create(recipe, replace(blueprint, model_args=args), classes, options)
        pooling = recipe.pooling if isinstance(recipe.pooling, str) else list(recipe.pooling)
        raise RecipeError("pooling", pooling, f"{recipe.backbone} refuses it ({_first_line(error)})") from None


def _tried(model: nn.Module, preparation: Preparation, recipe: Recipe) -> float:
    """How much one empty picture is to compute: what does not fit is said here, not in the middle of a run."""
    own, found = isinstance(recipe.pooling, str), []
    where, given = ("image_size", list(preparation.size)) if own else ("pooling", list(recipe.pooling))
    try:
        operations = operations_of(model, lambda: found.append(model(torch.zeros(1, 3, *preparation.size))))
    except torch.OutOfMemoryError:
        raise
    except (RuntimeError, AssertionError, ValueError, TypeError, IndexError) as error:
        raise RecipeError(where, given, f"{recipe.backbone} cannot compute so ({_first_line(error)})") from None
    if not isinstance(found[0], torch.Tensor) or found[0].dim() != 2:
        raise RecipeError("backbone", recipe.backbone, "it does not answer with one row per picture, choose another")
    return operations


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:200]


def create(blueprint: Blueprint, classes: int, pretrained: bool, **options: Any) -> nn.Module:
    """The model of a blueprint with a new head; timm loads weights that were read safely or fetched as safetensors."""
    arguments = {**blueprint.model_args, **options, "num_classes": classes}
    if not pretrained:
        return timm.create_model(blueprint.architecture, pretrained=False, **arguments)
    file = blueprint.folder.file if blueprint.folder else fetched(blueprint.name, blueprint.about)
    try:
        # A source of 0 classes never matches: timm drops its classifier and gives us a new one.
        overlay = {"file": str(file), "num_classes": 0}
        with Unfilled() if blueprint.folder else nullcontext():
            model = timm.create_model(blueprint.name, pretrained=True, pretrained_cfg_overlay=overlay, **arguments)
    except RuntimeError as error:
        raise WeightsError(f"{file.parent.name} does not fit {blueprint.architecture}: {_mismatch(error)}.") from None
    if blueprint.folder:
        _check_complete(model, blueprint.folder, blueprint.architecture)
    begin_head(model)  # no file has filled it
    return model


def _check_complete(model: nn.Module, folder: WeightsFolder, architecture: str) -> None:
    missing = sorted(set(model.state_dict()) - folder.names - classifier_parameters(model))
    if missing:
        raise WeightsError(f"{folder.path.name} does not hold the weights of {architecture}: {missing[0]} is missing.")


def _mismatch(error: RuntimeError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if "size mismatch" in line]
    return lines[0].rstrip(".") if lines else " ".join(str(error).split())[:200]


def begin_head(model: nn.Module) -> None:
    """Begin the classifier as PyTorch does. Some architectures begin with weights far larger than features ask for."""
    for module in classifiers(model):
        for each in module.modules():
            if isinstance(each, nn.Linear | nn.Conv2d):
                each.reset_parameters()


def save_timm(folder: Path, net: Net, state: Tensors, recipe: Recipe, **more: Any) -> None:
    """Weights as a folder that one line of plain timm loads, with labels and preprocessing beside them."""
    preparation = net.preparation
    crop = preparation.size[0] / preparation.canvas[0]
    about = {key: net.blueprint.about[key] for key in ABOUT_WEIGHTS if net.blueprint.about.get(key) is not None}
    config = {
        "architecture": net.blueprint.architecture,
        "num_classes": len(net.classes),
        "num_features": net.model.num_features,
        "label_names": list(net.classes),
        "model_args": net.blueprint.model_args,
        "pretrained_cfg": {
            **about,
            "tag": "thaw",
            "num_classes": len(net.classes),
            "input_size": [3, *preparation.size],
            "mean": list(preparation.mean),
            "std": list(preparation.std),
            "interpolation": "bilinear",
            "crop_pct": crop,
            "crop_mode": {"squash": "squash", "crop": "center", "pad": "border"}[preparation.fit],
        },
    }
    pooling = recipe.pooling if isinstance(recipe.pooling, str) else list(recipe.pooling)
    thaw = {"preparation": preparation.to_json(), "recipe": recipe.to_json(), "pooling": pooling, **more}
    write_folder(folder, state, config, thaw)
