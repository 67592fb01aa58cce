"""The plan is made once, costs little, and never depends on the clock where that could only mislead."""

from dataclasses import replace

import pytest
import torch

from core.home import Home
from core.recipe import Recipe
from core.training.model import build
from core.training.plan import SMALL_STEP, WORTH_MEASURING, Plan, make_plan, operations_per_step

CPU = torch.device("cpu")
CLASSES = ("a", "b")


@pytest.fixture
def large(home: Home):
    """A network whose steps are large enough to be compared."""
    return build(Recipe(backbone="resnet18", pretrained=False, image_size=(64, 64)), CLASSES, home)


def test_operations_are_counted_as_convolutions_and_linear_layers_do_them():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.Flatten(), torch.nn.Linear(8 * 4 * 4, 5))
    one_picture = 2 * (8 * 4 * 4 * 3 * 9 + 5 * 128)
    assert operations_per_step(model, (4, 4), 10) == 3 * 10 * one_picture


def test_small_steps_take_one_thread_and_float32_without_a_look_at_the_clock(home: Home):
    recipe = Recipe()
    net = build(recipe, CLASSES, home)
    assert operations_per_step(net.model, net.preparation.size, 32) < SMALL_STEP
    plan = make_plan(recipe, net, CPU, steps=100_000, batch_size=32)
    assert (plan.precision, plan.compute_threads) == ("float32", 1)
    assert plan == make_plan(recipe, net, CPU, steps=10, batch_size=32)


def test_short_runs_are_not_measured_and_long_ones_say_what_was(large):
    short = make_plan(Recipe(), large, CPU, WORTH_MEASURING - 1, 32)
    assert short.precision == "float32" and "too few" in short.why
    before = {name: tensor.clone() for name, tensor in large.model.state_dict().items()}
    chance = torch.get_rng_state()
    long = make_plan(Recipe(), large, CPU, WORTH_MEASURING, 32)
    assert long.precision in ("float32", "bf16") and "ms in float32" in long.why and "ms in bf16" in long.why
    assert all(torch.equal(before[name], tensor) for name, tensor in large.model.state_dict().items())
    assert torch.equal(chance, torch.get_rng_state()), "measuring draws no chance of the run's"


def test_a_recipe_that_names_a_precision_has_it(large):
    plan = make_plan(Recipe(precision="bf16"), large, CPU, 10_000, 32)
    assert (plan.precision, plan.why) == ("bf16", "the recipe says so")


def test_where_the_memory_is_too_small_to_compare_the_run_goes_on_in_float32(large):
    def refuse(module, inputs):
        if len(inputs[0]) > 1:
            raise torch.OutOfMemoryError("out of memory")

    large.model.register_forward_pre_hook(refuse)
    plan = make_plan(Recipe(), large, CPU, WORTH_MEASURING, 32)
    assert plan.precision == "float32" and "not enough memory to compare" in plan.why


def test_a_plan_of_another_version_is_read_as_far_as_it_is_known():
    plan = replace(Plan(), precision="bf16", eval_batch=7)
    assert Plan.from_json({**plan.to_json(), "allocator": "new"}) == plan
