"""Pictures squeezed into a few numbers: drawn again first, then named, directly or by the sum of some digits."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.engines.predictor import opened
from core.errors import RecipeError, WeightsError
from core.events import EpochEnded, Finished, Improved, Predicted, Started
from core.home import Home
from core.learners.coding import Autoencoder
from core.learners.reconstructions import Rebuilder, open_rebuilder
from core.recipe import Recipe
from tests.learners.listening import hear

SMALL = {"dataset": "digits", "learner": {"name": "autoencoder", "latent": 8}, "epochs": 2, "examples_per_class": 5}


def small(**changed) -> Recipe:
    knobs = {name: changed.pop(name) for name in ("reconstruct", "encoder_learns", "places") if name in changed}
    return Recipe.parse(
        {**SMALL, "learner": {"name": "autoencoder", "latent": 8, **knobs}, "batch_size": 16, **changed}
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def best_of(recipe: Recipe, home: Home) -> tuple[Path, list]:
    best = home.folder / "best"

    def keep(event) -> None:
        if isinstance(event, Improved) and event.save:
            event.save(best)

    return best, hear(recipe, home, during=keep).events


def test_all_small_digits_are_drawn_again_and_named(home: Home):
    best, events = best_of(small(epochs=6, examples_per_class=None, batch_size=32), home)
    ended = [event for event in events if isinstance(event, EpochEnded)]
    assert [set(event.losses) for event in ended] == [{"reconstruction"}] * 3 + [
        {"reconstruction", "cross_entropy"}
    ] * 3
    assert all(event.train_loss == pytest.approx(sum(event.losses.values())) for event in ended)
    assert ended[2].extras["val_reconstruction"] < 0.6, "much better than the mean picture"
    test = next(event for event in events if isinstance(event, Predicted) and event.split == "test")
    assert test.accuracy > 0.8
    assert {path.name for path in best.iterdir()} == {
        "model.safetensors", "config.json", "thaw.json", "reconstructions.png",
    }  # fmt: skip
    with Image.open(best / "reconstructions.png") as sheet:
        assert sheet.size > (300, 100)


def test_what_is_opened_draws_again_what_it_was_shown(home: Home):
    best, _ = best_of(small(), home)
    rebuilder = opened(best, "cpu")
    assert isinstance(rebuilder, Rebuilder)
    canvases = np.random.default_rng(0).integers(0, 255, (3, *rebuilder.preparation.size, 3), np.uint8)
    drawn = rebuilder.reconstructions(canvases)
    assert (drawn.shape, drawn.dtype) == (canvases.shape, np.uint8)
    assert np.allclose(rebuilder.probabilities_of(canvases).sum(1), 1, atol=1e-5)
    assert len(rebuilder.probabilities([Image.new("RGB", (50, 20), "red")])[0]) == 10


def test_best_is_an_epoch_that_names_even_if_guessing_was_lucky_before(home: Home):
    heard = hear(small(epochs=4, reconstruct=0.75), home)
    assert heard.said(Improved)[-1].epoch == 3
    assert heard.said(Finished)[0].best_epoch == 3


def test_the_last_epoch_always_names(home: Home):
    heard = hear(small(reconstruct=1.0), home)
    assert [event.lr_scales for event in heard.said(EpochEnded)] == [[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]


def test_an_encoder_that_stays_as_it_is_does_not_move_while_naming_is_learned(home: Home):
    folders = {}

    def keep(event) -> None:
        if isinstance(event, Improved) and event.save:
            event.save(folders.setdefault(event.epoch, home.folder / f"best {event.epoch}"))

    heard = hear(small(encoder_learns=False), home, during=keep)
    before, after = (open_rebuilder(folders[epoch]).model for epoch in (0, 1))
    assert all(
        torch.equal(after.encoder.state_dict()[name], each) for name, each in before.encoder.state_dict().items()
    )
    named = before.classifier.state_dict().items()
    assert all(not torch.equal(after.classifier.state_dict()[name], each) for name, each in named)
    assert set(heard.said(EpochEnded)[1].losses) == {"cross_entropy"}


@pytest.mark.parametrize("options", [{}, {"encoder_learns": False, "augmentation": ["crop_flip"]}])
def test_paused_at_any_step_and_resumed_it_says_the_same(home: Home, options: dict):
    recipe = small(**options, class_balance="weights")
    whole = hear(recipe, home)
    steps = whole.said(Started)[0].steps_per_epoch
    for step in (1, steps, steps + 1):
        paused = hear(recipe, home, wish_at=(step, "pause"))
        assert paused.said(Finished)[0].state == "paused"
        resumed = hear(recipe, home, state=paused.snapshot, plan=whole.said(Started)[0].plan)
        assert resumed.said(EpochEnded)[-1].train_loss == whole.said(EpochEnded)[-1].train_loss
        assert [e.loss for e in resumed.said(Predicted)] == [e.loss for e in whole.said(Predicted)]


def test_resumed_after_an_epochs_last_step_its_figures_are_the_same(home: Home):
    recipe = small(schedule={"name": "one_cycle"}, encoder_learns=False)
    whole = hear(recipe, home)
    paused = hear(recipe, home, wish_at=(whole.said(Started)[0].steps_per_epoch, "pause"))
    resumed = hear(recipe, home, state=paused.snapshot, plan=whole.said(Started)[0].plan)

    def figures(event: EpochEnded) -> dict:
        timed = ("elapsed", "seconds", "pictures_per_second")
        return {name: value for name, value in event.to_json().items() if name not in timed}

    assert [figures(each) for each in resumed.said(EpochEnded)] == [figures(each) for each in whole.said(EpochEnded)]


def test_who_learns_alone_refuses_further_workers(home: Home):
    with pytest.raises(RecipeError, match="autoencoder learns alone, choose 1"):
        hear(small(workers=2), home)


def test_a_rate_beyond_all_bounds_ends_as_diverged(home: Home):
    heard = hear(small(lr=1e12, optimizer="sgd", reconstruct=0.0), home)
    assert heard.said(Finished)[0].state == "diverged"
    assert all(np.isfinite(event.loss) for event in heard.said(Predicted))


def test_sums_are_named_by_their_digits(home: Home):
    best, events = best_of(small(dataset="digit_sums", places=4, epochs=1, reconstruct=0.0), home)
    rebuilder = open_rebuilder(best)
    assert isinstance(events[-1], Finished) and events[-1].state == "done"
    rows = rebuilder.probabilities_of(np.zeros((1, *rebuilder.preparation.size, 3), np.uint8))
    assert rows.shape == (1, 37) and rows.sum() == pytest.approx(1, abs=1e-5)
    places = rebuilder.model.classifier.digits(torch.zeros(1, 8))  # type: ignore[operator]
    assert places.shape == (1, 4, 10)


def test_sums_of_what_has_no_number_are_refused(home: Home, real_data: Path):
    with pytest.raises(RecipeError, match="every label is a number, unlike ants"):
        hear(small(dataset="hymenoptera", places=4), home)


@pytest.mark.parametrize("size", [(5, 5), (7, 33), (28, 112), (64, 20), (97, 61)])
def test_every_size_comes_back_as_it_was(size: tuple[int, int]):
    model = Autoencoder(size, 4, 3).eval()
    latents = model.encoder(torch.zeros(2, 3, *size))
    assert model.decoder(latents).shape == (2, 3, *size)
    assert model(torch.zeros(2, 3, *size)).shape == (2, 3)


def test_weights_that_do_not_fit_get_a_sentence(home: Home):
    best, _ = best_of(small(epochs=1), home)
    thaw = json.loads((best / "thaw.json").read_text())
    (best / "thaw.json").write_text(json.dumps({**thaw, "latent": 9}))
    with pytest.raises(WeightsError, match="autoencoder cannot be opened"):
        open_rebuilder(best)


def test_another_seed_learns_something_else(home: Home):
    losses = [hear(small(epochs=1, seed=seed), home).said(EpochEnded)[0].train_loss for seed in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]
    assert hear(replace(small(), time_limit=0.001), home).said(Finished)[0].state == "done"
