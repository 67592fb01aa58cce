"""Several processes that train one network learn as one process does with all their pictures; real processes do."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from core.events import EpochEnded, Predicted, Started, Step
from core.home import Home
from core.recipe import Recipe
from core.runs.epochs import read_epochs
from core.training.plan import Plan
from core.training.ranks import shares_of
from core.training.session import Session
from core.training.team import ALONE
from tests.training.conftest import Outcome, differing, of_family
from tests.training.ensemble import Ensemble
from tests.training.test_freezing import strategy

CLOSE = 1e-4


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small dataset with classes of unequal size, where every process finds it."""
    folder, chance = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for label, count in {"few": 9, "more": 20, "most": 40}.items():
        (folder / "uneven" / label).mkdir(parents=True)
        for number in range(count):
            pixels = chance.normal(40 + 3 * count, 40, (16, 16, 3)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / "uneven" / label / f"{number}.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THAW_DATA", str(folder))
        yield "uneven"


@pytest.fixture(scope="module")
def two(pictures: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    with Ensemble(tmp_path_factory.mktemp("two") / "ranks") as ensemble:
        yield ensemble


@pytest.fixture
def uneven(tiny: Recipe, pictures: str) -> Recipe:
    return replace(tiny, dataset=pictures, examples_per_class=None, batch_size=7, epochs=3, precision="float32")


def figures(outcome: Outcome) -> list[tuple[Any, ...]]:
    """Every loss, accuracy, rate and count of pictures that a run told."""
    steps = [(event.step, event.pictures, event.lr, event.loss) for event in outcome.said(Step)]
    epochs = [
        (e.step, e.train_loss, e.train_accuracy, e.val_loss, e.val_accuracy, e.lr, *e.losses.values())
        for e in outcome.said(EpochEnded)
    ]
    return [*steps, *epochs]


def assert_same_curve(pair: Outcome, single: Outcome) -> None:
    assert len(figures(pair)) == len(figures(single)) > 0
    for ours, alone in zip(figures(pair), figures(single), strict=True):
        np.testing.assert_allclose(ours, alone, atol=CLOSE, rtol=CLOSE)


CASES = {
    "a transformer, with all that weighs": {
        "backbone": "test_vit",
        "class_balance": "weights",
        "schedule": "one_cycle",
        "regularizers": ["label_smoothing", "l2", {"name": "l1", "strength": 1e-3}, {"name": "clip", "norm": 0.5}],
    },
    "a convolutional network, classes drawn equally": {"backbone": "test_convnext", "class_balance": "sampling"},
    "the steps of a proximal penalty": {
        "backbone": "test_vit",
        "optimizer": "sgd",
        "regularizers": [{"name": "l2_sp", "how": "proximal"}, "weight_decay", "ema"],
    },
    "a head on kept features, below which BatchNorm is held": {"strategy": "head", "lr": 0.01},
    "adapters in a network whose BatchNorm is held": {"strategy": "lora", "lr": 0.01},
    "a transformer that wakes stage by stage": {"backbone": "test_vit", "strategy": strategy("gradual")},
}


@pytest.mark.parametrize("case", CASES)
def test_two_with_batches_of_b_learn_as_one_with_batches_of_2b(run, two: Ensemble, uneven: Recipe, case: str):
    recipe = replace(uneven, **CASES[case])
    single = run(replace(recipe, batch_size=2 * recipe.batch_size))
    first, second = two(recipe)
    assert_same_curve(first, single)
    assert figures(second) == figures(first)
    assert single.said(EpochEnded)[0].losses.keys() == first.said(EpochEnded)[0].losses.keys()
    for ours, alone in zip(first.said(Predicted), single.said(Predicted), strict=True):
        assert (ours.split, ours.weights, ours.epoch, ours.n) == (alone.split, alone.weights, alone.epoch, alone.n)
        assert ours.loss == pytest.approx(alone.loss, abs=CLOSE)
    assert not second.said(Predicted), "the first one predicts, and nobody waits"


def test_after_an_epoch_each_member_knows_what_all_said_of_each_picture(run, two: Ensemble, uneven: Recipe):
    recipe = replace(uneven, backbone="test_vit", epochs=1)
    run(replace(recipe, batch_size=2 * recipe.batch_size))
    alone = run.sessions[-1].judged
    ended = [outcome.said(EpochEnded)[0].val_accuracy for outcome in two(recipe)]
    for rank, accuracy in enumerate(ended):
        (kept,) = read_epochs(two.folder / f"call {two.calls}" / f"rank {rank}", {0})
        assert (kept.labels == alone.labels).all() and kept.right.mean() == pytest.approx(accuracy)
        assert kept.confidence == pytest.approx(alone.confidence, abs=1e-3)


def test_a_last_batch_too_small_for_all_is_learned_once(run, two: Ensemble, tiny: Recipe):
    recipe = replace(tiny, backbone="test_vit", batch_size=7, regularizers=["l2"])
    single = run(replace(recipe, batch_size=14))
    assert [event.pictures for event in single.said(Step)][:3] == [14, 14, 2], "one gets both, so one gets none"
    first, second = two(recipe)
    assert_same_curve(first, single)
    assert differing(first.weights, second.weights) == set()


@pytest.mark.parametrize("name", ["gradual", "freeze_until", "full"])
def test_the_weights_of_both_are_the_same_bits_after_every_epoch(two: Ensemble, tiny: Recipe, name: str):
    """BatchNorm learns here, dropout differs between the two, and one of them gets nothing of the last batch."""
    recipe = replace(tiny, strategy=strategy(name), batch_size=7, regularizers=["dropout", "mixup", "ema"])
    first, second = two(replace(recipe, augmentation=["crop_flip"]))
    assert len(first.after) == recipe.epochs
    for ours, theirs in zip(first.after, second.after, strict=True):
        assert differing(ours, theirs) == set()
    assert differing(first.after[0], first.after[-1]), "it did learn"


def test_batchnorm_that_learns_keeps_the_mean_over_all_pictures(run, two: Ensemble, tiny: Recipe):
    recipe = replace(tiny, batch_size=7, optimizer="sgd", lr=1e-12)
    single = run(replace(recipe, batch_size=14))
    lowest = next(name for name in single.weights if name.endswith("running_mean"))
    for outcome in two(recipe):
        assert float((outcome.weights[lowest] - single.weights[lowest]).abs().max()) < CLOSE
        counter = lowest.replace("running_mean", "num_batches_tracked")
        assert outcome.weights[counter] == single.weights[counter]


@pytest.mark.parametrize(("rate", "alike"), [(0.0, True), (0.5, False)])
def test_each_draws_dropout_of_its_own(two: Ensemble, tiny: Recipe, home: Home, rate: float, alike: bool):
    noisy = replace(tiny, backbone="test_vit", regularizers=[{"name": "dropout", "rate": rate}])
    noisy = replace(noisy, optimizer="sgd", lr=1e-12, epochs=1)
    first, _ = two(noisy)
    with_the_same_noise = np.mean(losses_at_the_first_step(noisy, home))
    assert (first.said(Step)[0].loss == pytest.approx(with_the_same_noise, abs=CLOSE)) == alike


def losses_at_the_first_step(recipe: Recipe, home: Home) -> list[float]:
    """Of either half, if the first step were taken with it."""
    session, losses = Session(recipe, torch.device("cpu"), home, None, ALONE), []
    session.make_ready(0)
    for half in islice(session.batches(0), 2):
        session.position.batch = 0
        session.learn(half)
        losses.append(session.stepper.loss or 0.0)
    return losses


@pytest.mark.parametrize("who", [0, 1])
def test_a_pause_that_one_wishes_for_is_everyones(two: Ensemble, tiny: Recipe, who: int):
    outcomes = two(tiny, pause_at=2, who_pauses=who)
    assert [(each.finished.state, each.said(Step)[-1].step) for each in outcomes] == [("paused", 2)] * 2


def test_a_fresh_pair_goes_on_from_a_snapshot_to_the_same_bits(two: Ensemble, tiny: Recipe, tmp_path: Path):
    everything = ["l1", "mixup", "ema", "dropout", "clip", "label_smoothing"]
    recipe = replace(tiny, strategy=strategy("gradual"), regularizers=everything, augmentation=["crop_flip"])
    recipe = replace(recipe, batch_size=7, schedule="one_cycle", optimizer="adam")
    whole, other = two(recipe)
    per_epoch, plan = whole.said(Started)[0].steps_per_epoch, whole.said(Started)[0].plan
    assert differing(whole.weights, other.weights) == set()
    with Ensemble(tmp_path / "fresh") as fresh:
        for step in (1, per_epoch, per_epoch + 2):
            paused, _ = two(recipe, pause_at=step)
            for resumed in fresh(recipe, state=paused.snapshot, plan=plan, one_home=False):
                assert resumed.said(Started)[0].resumed
                assert differing(resumed.weights, whole.weights) == set(), f"resumed after step {step}"
                assert resumed.losses[-1] == whole.losses[-1]


def test_homes_of_their_own_give_the_same_curve(run, two: Ensemble, uneven: Recipe):
    recipe = replace(uneven, strategy="head", backbone="thaw_small", pretrained=True)
    single = run(replace(recipe, batch_size=2 * recipe.batch_size))
    first, second = two(recipe, one_home=False)
    assert [event.cache for event in first.said(EpochEnded)] == ["computed", "reused", "reused"]
    assert_same_curve(first, single)
    assert differing(first.weights, second.weights) == set()


@pytest.mark.parametrize("rooms", [(2, None), (None, 2)])
def test_when_one_runs_out_of_memory_the_other_waits_and_they_learn_the_same(
    run, two: Ensemble, uneven: Recipe, rooms: tuple[int | None, int | None]
):
    recipe = replace(uneven, backbone="test_vit", class_balance="weights", regularizers=["l2"])
    single = run(replace(recipe, batch_size=2 * recipe.batch_size))
    first, second = two(recipe, rooms=rooms)
    assert_same_curve(first, single)
    assert differing(first.weights, second.weights) == set()


def test_both_stop_at_the_same_step_when_the_time_is_over(two: Ensemble, tiny: Recipe):
    first, second = two(replace(tiny, epochs=10_000, time_limit=1.5))
    assert [each.finished.state for each in (first, second)] == ["done", "done"]
    assert first.said(Step)[-1].step == second.said(Step)[-1].step
    assert "1.5 s" in first.finished.reason and differing(first.weights, second.weights) == set()


def test_both_see_that_a_run_went_astray(two: Ensemble, tiny: Recipe):
    first, second = two(replace(tiny, backbone="test_vit", optimizer="sgd", lr=1e12))
    assert [each.finished.state for each in (first, second)] == ["diverged", "diverged"]
    assert first.finished.reason == second.finished.reason


def test_both_lose_patience_at_the_same_time(two: Ensemble, tiny: Recipe):
    stopping = {"on": "accuracy", "patience": 2}
    first, second = two(replace(tiny, lr=1e-12, epochs=8, early_stopping=stopping, optimizer="sgd"))
    ended = [(each.finished.epochs, each.finished.reason) for each in (first, second)]
    assert ended[0] == ended[1] == (3, "Validation accuracy has not improved for 2 epochs.")


def test_the_plan_is_the_first_ones(two: Ensemble, tiny: Recipe):
    plan = {**Plan().to_json(), "eval_batch": 5, "why": "only the first one was told"}
    assert [each.said(Started)[0].plan for each in two(replace(tiny, epochs=1), plan=plan)] == [plan, plan]


def test_who_would_begin_with_other_weights_is_found_out(two: Ensemble, tiny: Recipe):
    two.begin(tiny, seeds=(0, 1))
    sentence = "TrainingError: Not all machines have the same pictures of digits and the same weights of test_resnet"
    assert [two.answer(process).startswith(sentence) for process in two.processes] == [True, True]


def test_three_share_what_two_do(run, uneven: Recipe, tmp_path: Path):
    recipe = replace(of_family(uneven, "test_vit"), batch_size=5, epochs=2)
    with Ensemble(tmp_path / "three", size=3) as three:
        outcomes = three(recipe)
    assert_same_curve(outcomes[0], run(replace(recipe, batch_size=15)))
    assert [differing(outcomes[0].weights, each.weights) for each in outcomes[1:]] == [set(), set()]


def test_when_one_is_gone_the_other_says_so_in_a_sentence(uneven: Recipe, tmp_path: Path):
    with Ensemble(tmp_path / "left") as left:
        left(replace(uneven, epochs=1))
        left.begin(replace(uneven, epochs=10_000))
        left.processes[1].kill()
        said = left.answer(left.processes[0])
    assert said.startswith("TrainingError: One of the 2 processes of this run has ended")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("count", range(13))
def test_shares_are_even_and_none_is_a_single_picture_while_there_are_more(count: int, size: int):
    shares = shares_of(np.arange(count), size)
    lengths = [len(share) for share in shares if len(share)]
    assert np.concatenate(shares).tolist() == list(range(count)) and len(shares) == size
    assert max(lengths, default=0) - min(lengths, default=0) <= 1
    assert 1 not in lengths or count == 1
