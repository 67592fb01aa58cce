"""Frozen modules rest, learning ones train, and nothing remembered in one mode is believed in the other."""

import timm
import torch
from torch import nn

from core.training.modes import at_rest, set_modes


def test_what_a_network_keeps_for_evaluation_is_forgotten_when_its_weights_move():
    """LeViT, TinyViT and EfficientFormer keep their attention biases between evaluations."""
    torch.manual_seed(0)
    model = timm.create_model("tiny_vit_5m_224", num_classes=3)
    pictures, biases = torch.randn(2, 3, 64, 64), model.get_parameter("stages.1.blocks.0.attn.attention_biases")

    def judged() -> torch.Tensor:
        with at_rest(model), torch.inference_mode():
            return model(pictures).clone()

    set_modes(model, drift=False)
    before = judged()
    with torch.no_grad():
        biases.copy_(torch.randn_like(biases) * 5)
    after = judged()
    fresh = timm.create_model("tiny_vit_5m_224", num_classes=3).eval()
    fresh.load_state_dict(model.state_dict())
    with torch.inference_mode():
        assert torch.equal(after, fresh(pictures))
    assert not torch.equal(after, before)


def test_a_network_learns_on_after_it_was_judged():
    """What was made while judging cannot carry gradients."""
    model = timm.create_model("tiny_vit_5m_224", num_classes=3)
    pictures = torch.randn(2, 3, 64, 64)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(("stages.3", "head")))
    set_modes(model, drift=False)
    with at_rest(model), torch.inference_mode():
        model(pictures)
    assert not model.get_submodule("stages.1").training and model.get_submodule("stages.3").training
    model(pictures).sum().backward()
    assert model.get_parameter("stages.3.blocks.0.attn.attention_biases").grad is not None


class Particular(nn.Module):
    """Does something of its own whenever it changes, as networks do that compute in another way while they rest."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.told = nn.Dropout(), [True]

    def train(self, mode: bool = True) -> "Particular":
        self.told.append(mode)
        return super().train(mode)


def test_a_module_with_modes_of_its_own_is_told_of_them_and_everything_is_as_it_was():
    model = nn.Sequential(nn.Sequential(Particular(), nn.Dropout()), nn.BatchNorm2d(3))
    rests = {"0.0.inner", "1"}
    for name in rests:
        model.get_submodule(name).eval()
    with at_rest(model):
        assert not any(module.training for module in model.modules())
    assert model.get_submodule("0.0").told == [True, False, True]
    assert {name for name, module in model.named_modules() if not module.training} == rests
