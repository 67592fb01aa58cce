"""A run taken apart between any two steps goes on as if it had never stopped: the same bits."""

from dataclasses import replace

import pytest

from core.errors import TrainingError
from core.events import EpochEnded, Predicted
from core.home import Home
from core.recipe import Recipe
from tests.training.conftest import FAMILIES, differing, of_family
from tests.training.test_freezing import strategy

EVERYTHING = {
    "regularizers": ["l1", "mixup", "ema", "dropout", "clip", "label_smoothing"],
    "augmentation": ["crop_flip", "randaugment"],
    "early_stopping": {"on": "loss", "patience": 2},
    "schedule": {"name": "one_cycle"},
    "class_balance": "sampling",
}
CASES = {
    "head only, from kept features": {"strategy": "head"},
    "gradual with one cycle": {"strategy": strategy("gradual"), "schedule": {"name": "one_cycle"}},
    "gradual layers": {"strategy": strategy("last_layers"), "optimizer": "adam"},
    "freeze until": {"strategy": strategy("freeze_until"), "schedule": {"name": "plateau", "patience": 1}},
    "everything at once": {"strategy": "full", **EVERYTHING},
    "lora": {"strategy": "lora", "optimizer": "sgd"},
    "discriminative rates, bf16": {"strategy": "discriminative", "precision": "bf16"},
    "swift, on pictures that grow": {
        "strategy": strategy("swift"),
        "image_size": (128, 128),
        "augmentation": ["crop_flip"],
        "views": 1,
        "epochs": 4,
        "early_stopping": {"on": "accuracy", "patience": 1},
    },
    "layer-wise rates and steps": {"strategy": "layerwise", "schedule": {"name": "step", "every": 1, "warmup": 0.5}},
}


@pytest.mark.parametrize("case", CASES)
def test_resumed_at_every_kind_of_moment_the_weights_are_the_same_bits(run, tiny: Recipe, case: str):
    recipe = replace(tiny, **CASES[case])
    whole = run(recipe)
    per_epoch = whole.events[0].steps_per_epoch
    plan = whole.events[0].plan
    for step in (1, per_epoch, per_epoch + 1, 2 * per_epoch):
        paused = run(recipe, pause_at=step)
        assert paused.finished.state == "paused"
        resumed = run(recipe, state=paused.snapshot, plan=plan)
        assert differing(resumed.weights, whole.weights) == set(), f"resumed after step {step}"
        assert resumed.losses[-1] == whole.losses[-1]
        assert resumed.finished.best_epoch == whole.finished.best_epoch
        figures = [[(e.split, e.weights, e.right, e.loss) for e in each.said(Predicted)] for each in (resumed, whole)]
        assert figures[0] == figures[1]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["gradual", "freeze_until", "last_layers", "swift"])
def test_every_family_resumes_across_every_border_of_phases(run, tiny: Recipe, family: str, name: str):
    recipe = replace(of_family(tiny, family), strategy=strategy(name), examples_per_class=2)
    whole = run(recipe)
    per_epoch = whole.events[0].steps_per_epoch
    for step in (per_epoch - 1, per_epoch, per_epoch + 1, 2 * per_epoch, 2 * per_epoch + 1):
        resumed = run(recipe, state=run(recipe, pause_at=step).snapshot, plan=whole.events[0].plan)
        assert differing(resumed.weights, whole.weights) == set(), f"resumed after step {step}"


def test_a_torn_snapshot_is_refused(run, tiny: Recipe):
    paused = run(tiny, pause_at=2)
    file = paused.snapshot / "state.safetensors"
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(TrainingError, match="torn"):
        run(tiny, state=paused.snapshot)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"hash": "x", "of_a_newer_version": 1}'])
def test_a_snapshot_that_cannot_be_understood_is_refused(run, tiny: Recipe, content: str):
    paused = run(tiny, pause_at=1)
    (paused.snapshot / "position.json").write_text(content)
    with pytest.raises(TrainingError, match="snapshot"):
        run(tiny, state=paused.snapshot)


def test_a_run_whose_weights_changed_underneath_cannot_go_on(run, tiny: Recipe):
    paused = run(tiny, pause_at=2)
    with pytest.raises(TrainingError, match="have changed since the run began"):
        run(replace(tiny, seed=7), state=paused.snapshot)


def test_the_same_seed_gives_the_same_curve_in_two_fresh_homes(run, tiny: Recipe, tmp_path):
    recipe = replace(tiny, **EVERYTHING)
    first, second = (run(recipe, where=Home(tmp_path / name)) for name in ("one", "two"))
    assert first.events[0].plan == second.events[0].plan
    assert first.events[0].plan["threads"] >= 1, "pictures are prepared by threads"
    assert [e.loss for e in first.events if e.kind == "step"] == [e.loss for e in second.events if e.kind == "step"]
    curves = [[(e.train_loss, e.val_loss) for e in each.said(EpochEnded)] for each in (first, second)]
    assert curves[0] == curves[1]
    assert run(replace(recipe, seed=1)).losses != first.losses
