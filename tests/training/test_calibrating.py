"""Calibration tries what a run would do, finds the quickest way, and leaves everything as it was."""

import time
from dataclasses import replace

import pytest
import torch
from torch import nn

from core.home import Home
from core.recipe import Recipe
from core.training.calibrating import EVALUATED, FEW, FEWEST, Setting, Work, calibrated
from core.training.model import build
from core.training.parts import parts_of

EVERYTHING_FREE = frozenset({"precision", "memory_format", "threads"})
SLOW = 0.4
"""Seconds: more than a step of the tiny network ever waits for its turn on a busy machine."""


def work_of(home: Home, lowest: int = 0, kept: bool = False) -> Work:
    """All stages from the lowest on learn."""
    net = build(Recipe(backbone="test_resnet", pretrained=False, image_size=(32, 32)), ("a", "b"), home)
    learning = frozenset(name for part in parts_of(net.model, "stage")[lowest:] for name in part.parameters)
    return Work(net, torch.device("cpu"), learning, kept, 32, 100, Setting(threads=1), EVERYTHING_FREE)


class Sleeper(nn.Module):
    """Passes on what it is given, and takes its time where it is told to."""

    def __init__(self, slow):
        super().__init__()
        self.slow, self.seen = slow, []

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        self.seen.append((len(inputs), torch.is_autocast_enabled("cpu"), torch.is_grad_enabled()))
        time.sleep(SLOW * self.slow(inputs))
        return inputs

    def __deepcopy__(self, memo) -> "Sleeper":
        return self


def slowed(work: Work, slow) -> Sleeper:
    sleeper = Sleeper(slow)
    work.net.model.get_submodule("layer1").register_forward_hook(lambda module, inputs, output: sleeper(output))
    return sleeper


def in_bf16(inputs: torch.Tensor) -> bool:
    return torch.is_autocast_enabled("cpu")


def test_the_quickest_precision_is_found(home: Home):
    work = work_of(home)
    slowed(work, lambda inputs: not in_bf16(inputs))
    assert calibrated(work).setting.precision == "bf16"
    work = work_of(home)
    slowed(work, in_bf16)
    assert calibrated(work).setting.precision == "float32"


def test_the_quickest_memory_format_is_found_beside_what_was_found_before(home: Home):
    work = work_of(home)
    slowed(work, lambda inputs: 2 - in_bf16(inputs) - inputs.is_contiguous())
    assert calibrated(work).setting == Setting("bf16", "contiguous", 1)


def test_what_may_not_change_stays(home: Home):
    work = replace(work_of(home), free=frozenset({"memory_format"}))
    slowed(work, lambda inputs: not in_bf16(inputs))
    found = calibrated(work)
    assert found.setting.precision == "float32" and not any("bf16" in each for each in found.seconds)


def test_what_is_clearly_slower_takes_one_step_and_the_others_two(home: Home):
    work = replace(work_of(home), free=frozenset({"precision"}))
    sleeper = slowed(work, in_bf16)
    calibrated(work)
    steps = [bf16 for count, bf16, learns in sleeper.seen if learns]
    assert steps == [False, False, True]


def test_a_glance_shows_fewer_pictures_and_tries_the_precision_alone(home: Home):
    work = work_of(home).at_a_glance
    sleeper = slowed(work, lambda inputs: not in_bf16(inputs))
    assert calibrated(work).setting == Setting("bf16", threads=1)
    assert [(count, bf16) for count, bf16, learns in sleeper.seen if learns] == [(FEWEST, False)] * 2 + [
        (FEWEST, True)
    ] * 2
    assert [count for count, _, learns in sleeper.seen if not learns] == [FEWEST]


def test_a_larger_batch_is_judged_only_as_long_as_it_is_quicker_for_each_picture(home: Home):
    work = replace(work_of(home), free=frozenset())
    sleeper = slowed(work, lambda inputs: not torch.is_grad_enabled())
    assert calibrated(work).eval_batch == EVALUATED[-1], "the same wait for more pictures"
    work = replace(work_of(home), free=frozenset())
    sleeper = slowed(work, lambda inputs: len(inputs) > EVALUATED[0])
    assert calibrated(work).eval_batch == EVALUATED[0]
    assert max(count for count, _, _ in sleeper.seen) == EVALUATED[1]


def test_a_head_alone_is_tried_without_a_way_back_and_a_kept_prefix_only_once(home: Home):
    alone = work_of(home, lowest=-1)
    sleeper = slowed(alone, in_bf16)
    assert calibrated(alone).setting.precision == "float32"
    assert not any(learns for _, _, learns in sleeper.seen)
    kept = replace(work_of(home, lowest=-2, kept=True), free=frozenset({"precision"}))
    sleeper = slowed(kept, in_bf16)
    calibrated(kept)
    assert len([count for count, _, _ in sleeper.seen if count == FEW]) == 1, "steps begin with its features"


def test_nothing_of_the_run_is_touched(home: Home):
    work = work_of(home, lowest=2)
    model, chance, threads = work.net.model, torch.get_rng_state(), torch.get_num_threads()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    learning = {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    calibrated(work)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert learning == {name: parameter.requires_grad for name, parameter in model.named_parameters()}
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(chance, torch.get_rng_state()) and threads == torch.get_num_threads()


@pytest.mark.parametrize("backbone", ["test_vit", "test_convnext", "test_efficientnet"])
def test_every_family_and_a_batch_of_one_can_be_tried(home: Home, backbone: str):
    net = build(Recipe(backbone=backbone, pretrained=False), ("a", "b", "c"), home)
    learning = frozenset(name for name, _ in net.model.named_parameters())
    found = calibrated(Work(net, torch.device("cpu"), learning, True, 1, 100, Setting(), EVERYTHING_FREE))
    assert found.pace > 0 and all(seconds > 0 for seconds in found.seconds.values())
