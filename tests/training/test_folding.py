"""A network without its norms computes what it did with them."""

from dataclasses import replace
from pathlib import Path

import pytest
import timm
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from core.recipe import Recipe
from core.training.folding import Pair, folded, noticing_pairs
from core.training.predicting import open_predictor
from core.training.splitting import cut_below
from tests.training.networks import NETWORKS, network_of_three


def lived_in(model: nn.Module) -> nn.Module:
    """With norms that have seen pictures: fresh ones neither scale nor shift."""
    for module in model.modules():
        if isinstance(module, _BatchNorm) and module.running_mean is not None and module.running_var is not None:
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
    return model.eval()


def pairs_of(model: nn.Module, pictures: torch.Tensor) -> list[Pair]:
    with torch.no_grad(), noticing_pairs(model) as pairs:
        model(pictures)
    return pairs


def norms_of(model: nn.Module) -> int:
    return sum(isinstance(each, _BatchNorm) for each in model.modules())


@pytest.mark.parametrize("name", NETWORKS)
def test_it_computes_the_same_and_is_another_network(name: str):
    model, pictures = network_of_three(name)
    lived_in(model)
    before = {key: each.clone() for key, each in model.state_dict().items()}
    pairs = pairs_of(model, pictures)
    light = folded(model, pairs)
    assert norms_of(light) == 0 or name == "densenet121", "there, norms come before their convolutions"
    assert bool(pairs) == (norms_of(model) > 0)
    with torch.no_grad():
        wanted, found = model(pictures), light(pictures)
    assert (found - wanted).abs().max() <= 1e-5 * wanted.abs().max()
    assert all(torch.equal(each, before[key]) for key, each in model.state_dict().items())


class Twice(nn.Module):
    """What its convolution makes goes two ways, of which one passes by the norm."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.norm, self.head = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 2)

    def forward_features(self, pictures: torch.Tensor) -> torch.Tensor:
        made = self.convolution(pictures)
        return self.norm(made) + made

    def forward_head(self, features: torch.Tensor, pre_logits: bool = False) -> torch.Tensor:
        pooled = features.mean((2, 3))
        return pooled if pre_logits else self.head(pooled)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.forward_head(self.forward_features(pictures))

    def get_classifier(self) -> nn.Module:
        return self.head


def test_where_folding_would_change_the_features_the_norms_stay():
    model, pictures = lived_in(Twice()), torch.randn(2, 3, 8, 8)
    assert not torch.allclose(folded(model, pairs_of(model, pictures))(pictures), model(pictures), atol=1e-3)
    cut = cut_below(model, ["head.weight", "head.bias"], pictures)
    assert cut is not None
    torch.testing.assert_close(cut.suffix(cut.prefix(pictures)), model(pictures))


def test_the_kept_features_come_from_the_copy():
    model, pictures, asked = (
        lived_in(timm.create_model("test_efficientnet", num_classes=3)),
        torch.randn(2, 3, 32, 32),
        [],
    )
    cut = cut_below(model, {f"classifier.{each}" for each in ("weight", "bias")}, pictures)
    assert cut is not None
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        cut.prefix(pictures)  # the copy is made, and compared in full precision
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.register_forward_hook(lambda *_: asked.append(1))
    cut.prefix(pictures)
    assert not asked
    model(pictures)
    assert asked


def test_a_prefix_that_is_asked_nothing_is_not_copied(monkeypatch: pytest.MonkeyPatch):
    copied: list[nn.Module] = []
    monkeypatch.setattr("core.training.splitting.folded", lambda model, pairs: copied.append(model) or model)
    model, pictures = lived_in(timm.create_model("test_efficientnet", num_classes=3)), torch.randn(2, 3, 32, 32)
    cut = cut_below(model, {f"classifier.{each}" for each in ("weight", "bias")}, pictures)
    assert cut is not None and not copied
    for _ in range(2):
        cut.prefix(pictures)
    assert copied == [model], "once, when it is first asked"


def test_what_answers_has_no_norms_left(run, tiny: Recipe, tmp_path: Path):
    session = run(replace(tiny, epochs=1)) and run.sessions[-1]
    session.write(tmp_path, session.state_now())
    assert norms_of(session.model) and not norms_of(open_predictor(tmp_path).model)  # type: ignore[arg-type]


def test_a_norm_without_statistics_or_one_used_twice_stays():
    shared = nn.BatchNorm2d(3)
    fresh = nn.BatchNorm2d(3, track_running_stats=False)
    model = nn.Sequential(nn.Conv2d(3, 3, 1), shared, nn.Conv2d(3, 3, 1), shared, nn.Conv2d(3, 3, 1), fresh).eval()
    assert not pairs_of(model, torch.randn(2, 3, 4, 4))
