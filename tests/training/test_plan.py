"""The plan is made once, costs little, and never depends on the clock where that could only mislead."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

import core.training.plan as plan_module
from core.home import Home
from core.recipe import Recipe
from core.training.calibrating import EVALUATED, Work
from core.training.counting import FORWARD_AND_BACKWARD
from core.training.hardware import CLEARLY
from core.training.model import build
from core.training.plan import SMALL_STEP, USUAL_PACE, WORTH_A_GLANCE, WORTH_MEASURING, Plan, make_plan

CPU = torch.device("cpu")
BATCH = 32
LONG, SHORT = (-(-worth // BATCH) for worth in (WORTH_MEASURING, WORTH_A_GLANCE))
"""Steps."""


def work_of(recipe: Recipe, home: Home, steps: int) -> Work:
    """All of the recipe's network learns."""
    net = build(recipe, ("a", "b"), home)
    everything = frozenset(name for name, _ in net.model.named_parameters())
    return Work(net, CPU, everything, kept=False, batch_size=BATCH, steps=steps)


def gaining(monkeypatch: pytest.MonkeyPatch, gain: float) -> list[int]:
    """A processor that gains so much from bf16, and the threads that it was asked about on."""
    asked: list[int] = []
    monkeypatch.setattr(plan_module, "gain_of_bf16", lambda threads: asked.append(threads) or gain)
    return asked


@pytest.fixture
def large(home: Home) -> Work:
    """A network whose steps are large enough to be compared, and enough of them."""
    return work_of(Recipe(backbone="resnet18", pretrained=False, image_size=(64, 64)), home, LONG)


def test_small_steps_take_one_thread_and_float32_without_a_look_at_the_clock(home: Home):
    work = work_of(Recipe(), home, steps=100_000)
    assert 0 < FORWARD_AND_BACKWARD * BATCH * work.net.operations < SMALL_STEP
    plan = make_plan(Recipe(), work, home.cache)
    assert (plan.precision, plan.compute_threads) == ("float32", 1)
    assert plan == make_plan(Recipe(), replace(work, steps=10), home.cache)
    assert make_plan(Recipe(precision="bf16"), work, home.cache).precision == "bf16", "unless the recipe says so"


def test_the_shortest_runs_are_not_measured_and_long_ones_say_what_was(
    large: Work, home: Home, monkeypatch: pytest.MonkeyPatch
):
    gaining(monkeypatch, 1.0)
    shortest = make_plan(Recipe(), replace(large, steps=SHORT - 1), home.cache)
    assert shortest.precision == "float32" and "too few" in shortest.why and shortest.pace == USUAL_PACE
    long = make_plan(Recipe(), large, home.cache)
    assert long.precision in ("float32", "bf16") and "ms as float32" in long.why and "ms as bf16" in long.why
    assert "contiguous" in long.why and long.eval_batch in EVALUATED and long.pace != USUAL_PACE


def test_the_shortest_runs_take_bf16_where_the_processor_is_known_to_gain_from_it(
    large: Work, home: Home, monkeypatch: pytest.MonkeyPatch
):
    shortest, asked = replace(large, steps=1), gaining(monkeypatch, 1.94)
    plan = make_plan(Recipe(), shortest, home.cache)
    assert (plan.precision, plan.memory_format, plan.pace) == ("bf16", "channels_last", USUAL_PACE)
    assert "too few" in plan.why and "1.9 times as quickly as in float32" in plan.why
    assert make_plan(Recipe(), shortest, home.cache) == plan and asked == [torch.get_num_threads()], "asked once"
    gaining(monkeypatch, CLEARLY - 0.01)
    assert make_plan(Recipe(), shortest, home.cache / "of another").precision == "float32"


def test_bf16_must_make_good_for_answers_in_float32_of_what_is_judged(
    large: Work, home: Home, monkeypatch: pytest.MonkeyPatch
):
    gaining(monkeypatch, 2.0)
    few, many = (replace(large, steps=4, judged_once=judged) for judged in (3 * 4 * BATCH - 1, 3 * 4 * BATCH + 1))
    assert make_plan(Recipe(), few, home.cache).precision == "bf16", "half of 767 passes are saved, 383 are added"
    assert make_plan(Recipe(), many, home.cache).precision == "float32", "half of 769 are saved, 385 are added"


def test_the_processor_is_not_asked_where_the_recipe_or_the_network_leaves_no_choice(
    large: Work, home: Home, monkeypatch: pytest.MonkeyPatch
):
    asked = gaining(monkeypatch, 100.0)
    assert make_plan(Recipe(precision="float32"), replace(large, steps=1), home.cache).precision == "float32"
    apart = work_of(Recipe(backbone="mobilenetv2_100", pretrained=False, image_size=(128, 128)), home, steps=1)
    assert "too few" in make_plan(Recipe(), apart, home.cache).why and not asked


def test_a_short_run_compares_precisions_alone_and_a_long_one_after_it_everything(large: Work, home: Home):
    short = replace(large, steps=LONG - 1)
    glance = make_plan(Recipe(), short, home.cache)
    assert "ms as float32" in glance.why and "ms as bf16" in glance.why and "contiguous" not in glance.why
    assert (glance.memory_format, glance.eval_batch) == ("channels_last", EVALUATED[0])
    again = make_plan(Recipe(), replace(large, steps=1), home.cache)
    assert again == replace(glance, why=f"{glance.why}; it was measured by an earlier run")
    long = make_plan(Recipe(), large, home.cache)
    assert "contiguous" in long.why and "earlier" not in long.why
    assert make_plan(Recipe(), short, home.cache) == replace(long, why=f"{long.why}; it was measured by an earlier run")


def test_a_short_run_whose_precision_is_asked_for_has_nothing_to_compare(large: Work, home: Home):
    plan = make_plan(Recipe(precision="bf16"), replace(large, steps=LONG - 1), home.cache)
    assert plan.precision == "bf16" and "too few" in plan.why


def test_a_second_run_measures_nothing_however_short_and_has_the_same_plan(large: Work, home: Home):
    first = make_plan(Recipe(), large, home.cache)
    again = make_plan(Recipe(), replace(large, steps=1), home.cache)
    assert again == replace(first, why=f"{first.why}; it was measured by an earlier run")


def test_a_recipe_that_names_a_precision_has_it_however_slow(large: Work, home: Home):
    for precision in ("bf16", "float32"):
        plan = make_plan(Recipe(precision=precision), large, home.cache)
        assert plan.precision == precision
        assert ("float32" in plan.why) == (precision == "float32"), "nothing else was tried"


def test_where_the_memory_is_too_small_to_compare_the_run_goes_on_in_float32(large: Work, home: Home):
    def refuse(module, inputs):
        if len(inputs[0]) > 1:
            raise torch.OutOfMemoryError("out of memory")

    large.net.model.register_forward_pre_hook(refuse)
    plan = make_plan(Recipe(), large, home.cache)
    assert plan.precision == "float32" and "not enough memory to compare" in plan.why


def test_where_nothing_can_be_written_it_is_measured_and_forgotten(large: Work, tmp_path: Path):
    nowhere = tmp_path / "a file"
    nowhere.write_text("not a folder")
    assert "ms as float32" in make_plan(Recipe(), large, nowhere / "cache").why


def test_a_plan_of_another_version_is_read_as_far_as_it_is_known():
    plan = replace(Plan(), precision="bf16", eval_batch=7)
    assert Plan.from_json({**plan.to_json(), "allocator": "new"}) == plan
