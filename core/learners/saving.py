"""What a classical learner has found, as a folder: a plain timm network where that is what it is, else a little more.

A sum of the features that the backbone's own head would see *is* such a head, so it takes its place, and one line of
plain timm loads the whole. Everything else is saved as the backbones, the decision's tensors, and how they belong
together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from torch import nn

from core.data.pixels import Preparation
from core.errors import WeightsError
from core.learners.backbones import Branch, Features, Reading
from core.learners.deciding import DECISIONS, Classifier, Linear, OnBackbones
from core.recipe import Recipe
from core.training.folding import lightened
from core.training.model import Net, save_timm
from core.training.modes import at_rest
from core.training.parts import classifier_parameters
from core.training.pooling import pool_to_grid
from core.training.predicting import Predictor, open_predictor
from core.training.weights import Tensors, WeightsFolder

CLASSICAL = "classical"
"""What thaw.json tells of a decision that is no head of a network."""


def save_classical(
    folder: Path, nets: Sequence[Net], branches: Sequence[Branch], classifier: Classifier, recipe: Recipe
) -> None:
    if len(nets) == 1 and (head := as_head(nets[0], branches[0], classifier)):
        save_timm(folder, nets[0], {**nets[0].model.state_dict(), **head}, recipe)
        return
    about = {
        "decision": type(classifier.decision).__name__.lower(),
        "branches": [
            {
                "architecture": net.blueprint.architecture,
                "model_args": net.blueprint.model_args,
                "reading": asdict(branch.reading),
            }
            for net, branch in zip(nets, branches, strict=True)
        ],
    }
    save_timm(folder, nets[0], tensors_of(branches, classifier), recipe, **{CLASSICAL: about})


def as_head(net: Net, branch: Branch, classifier: Classifier) -> Tensors | None:
    """The decision as weights of the backbone's own head, if a head can say the same."""
    own = net.model.get_classifier()  # type: ignore[operator]
    decision = classifier.decision
    if branch.reading.stage or not isinstance(decision, Linear) or not isinstance(own, nn.Linear) or own.bias is None:
        return None
    if own.weight.shape != decision.weight.shape or not is_all_that_follows(net, branch, own):
        return None
    weight, bias = folded(classifier)
    name = next(name for name, module in net.model.named_modules() if module is own)
    return {f"{name}.weight": weight, f"{name}.bias": bias}


def folded(classifier: Classifier) -> tuple[torch.Tensor, torch.Tensor]:
    """A linear decision with the scale before it and the sharpness behind it, in one."""
    decision = classifier.decision
    assert isinstance(decision, Linear)
    mean, spread, sharp, never = (
        each.double().cpu() for each in (classifier.mean, classifier.spread, classifier.sharpness, classifier.never)
    )
    weight, bias = decision.weight.double().cpu() / spread, decision.bias.double().cpu()
    return (sharp * weight).float(), (sharp * (bias - weight @ mean) + never).float()


def is_all_that_follows(net: Net, branch: Branch, own: nn.Linear) -> bool:
    """Whether the network is its features and then this head: some have more behind them."""
    noise = torch.randn(2, 3, *net.preparation.size, generator=torch.Generator().manual_seed(0)).to(own.weight.device)
    with at_rest(net.model), torch.no_grad():
        return torch.allclose(net.model(noise), own(branch(noise)), atol=1e-4, rtol=1e-4)


def tensors_of(branches: Sequence[Branch], classifier: Classifier) -> Tensors:
    """All that is needed, without heads that nobody asks."""
    kept = {f"classifier.{name}": tensor for name, tensor in classifier.state_dict().items()}
    for place, branch in enumerate(branches):
        unused = classifier_parameters(branch.body)
        kept |= {
            f"features.branches.{place}.body.{name}": tensor
            for name, tensor in branch.body.state_dict().items()
            if name not in unused
        }
    return {name: tensor.detach().clone() for name, tensor in kept.items()}  # safetensors wants no shared memory


def open_classical(folder: Path, device: str = "cpu") -> Predictor:
    """What was saved, ready to answer."""
    try:
        thaw = json.loads((folder / "thaw.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{folder.name}: its preparation cannot be read ({error!r}).") from None
    if not isinstance(thaw, dict) or CLASSICAL not in thaw:
        return open_predictor(folder, device)
    saved = WeightsFolder(folder)
    tensors = saved.tensors()
    try:
        classes, preparation = tuple(saved.config["label_names"]), Preparation.from_json(thaw["preparation"])
        model = _assembled(thaw[CLASSICAL], tensors, len(classes))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise WeightsError(f"{folder.name}: how its parts belong together cannot be read ({error!r}).") from None
    _fill(model, tensors, folder.name)
    return Predictor(lightened(model.eval().to(device), preparation.size), classes, preparation, device)


def _assembled(about: Mapping[str, Any], tensors: Tensors, classes: int) -> OnBackbones:
    branches = [_branch(each, classes) for each in about["branches"]]
    shapes = {
        name.removeprefix("classifier."): np.zeros(tensor.shape, np.int64 if tensor.dtype == torch.long else np.float32)
        for name, tensor in tensors.items()
        if name.startswith("classifier.")
    }
    prefix = "decision."
    inside = {name.removeprefix(prefix): each for name, each in shapes.items() if name.startswith(prefix)}
    outside = {name: each for name, each in shapes.items() if not name.startswith(prefix)}
    return OnBackbones(Features(branches), Classifier(DECISIONS[about["decision"]](**inside), **outside))


def _branch(about: Mapping[str, Any], classes: int) -> Branch:
    reading = Reading.from_json(about["reading"])
    body = timm.create_model(about["architecture"], num_classes=classes, **about["model_args"])
    if reading.stage == 0 and not isinstance(reading.pooling, str):
        pool_to_grid(body, reading.pooling, about["architecture"])
    return Branch(body.to(memory_format=torch.channels_last), reading)  # type: ignore[call-overload]


def _fill(model: OnBackbones, tensors: Tensors, name: str) -> None:
    """Every tensor into its place; only the backbones' own heads, which nobody asks, stay without."""
    unused = {
        f"features.branches.{place}.body.{each}"
        for place, branch in enumerate(model.features.branches)  # type: ignore[arg-type]
        for each in classifier_parameters(branch.body)
    }
    missing = sorted(set(model.state_dict()) - set(tensors) - unused)
    if missing:
        raise WeightsError(f"{name}: its weights lack {missing[0]}; train the run again.")
    try:
        model.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise WeightsError(f"{name}: its weights do not fit ({' '.join(str(error).split())[:200]}).") from None
