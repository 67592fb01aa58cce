"""What regularizers do to batches and labels, and what they say of themselves. Penalties: where they train."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.regularizers import REGULARIZERS, Regularizer

MIXERS = ["mixup", "cutmix", "random_erasing"]


def built(name: str, **settings: Any) -> Regularizer:
    return REGULARIZERS.build(REGULARIZERS.choose(name, **settings))


def batch(size: int = 6, side: int = 12, classes: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    """Each picture of one value, its number, so that whatever is mixed can be told apart."""
    pictures = torch.arange(1.0, size + 1)[:, None, None, None].expand(size, 3, side, side + 4).clone()
    return pictures, torch.nn.functional.one_hot(torch.arange(size) % classes, classes).float()


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", REGULARIZERS.names())
def test_each_states_its_formula_and_what_it_covers(name: str):
    regularizer = built(name)
    assert len(regularizer.formula) > 5 and len(regularizer.covers) > 5
    assert not regularizer.formula.endswith(".") and not regularizer.covers.endswith(".")


@pytest.mark.parametrize("name", REGULARIZERS.names())
def test_only_those_that_say_so_change_pictures(name: str):
    regularizer, (pictures, targets) = built(name), batch()
    changed = [not torch.equal(regularizer.mix(pictures, targets, chance(seed))[0], pictures) for seed in range(10)]
    assert any(changed) is regularizer.changes_pictures is (name in MIXERS)


@pytest.mark.parametrize("name", REGULARIZERS.names())
@given(seed=drawn.integers(0, 10_000), size=drawn.integers(1, 9))
def test_targets_stay_probabilities_and_nothing_is_changed_in_place(name: str, seed: int, size: int):
    regularizer, (pictures, targets) = built(name), batch(size)
    before = pictures.clone(), targets.clone()
    mixed, labels = regularizer.mix(pictures, targets, chance(seed))
    labels = regularizer.soften(labels)
    assert mixed.shape == pictures.shape and labels.shape == targets.shape
    assert torch.allclose(labels.sum(1), torch.ones(size)) and bool((labels >= 0).all())
    assert torch.equal(pictures, before[0]) and torch.equal(targets, before[1])


@pytest.mark.parametrize("name", MIXERS)
def test_the_same_draw_mixes_alike(name: str):
    pictures, targets = batch()
    one, other = (built(name).mix(pictures, targets, chance(3)) for _ in range(2))
    assert torch.equal(one[0], other[0]) and torch.equal(one[1], other[1])
    assert not torch.equal(one[0], built(name).mix(pictures, targets, chance(4))[0])


def test_mixup_blends_pictures_and_labels_in_the_same_proportion():
    pictures, _ = batch(6)
    own = torch.eye(6)
    for seed in range(20):
        mixed, labels = built("mixup", alpha=1.0).mix(pictures, own, chance(seed))
        values = labels @ torch.arange(1.0, 7)
        assert torch.allclose(mixed, values[:, None, None, None].expand_as(mixed))
        assert int((labels > 0).sum(1).max()) <= 2


@pytest.mark.parametrize(("alpha", "least", "most"), [(0.05, 0.8, 1.0), (10.0, 0.5, 0.75)])
def test_a_small_alpha_leaves_mostly_one_of_the_two_and_a_large_one_halves(alpha: float, least: float, most: float):
    pictures, own = batch(2)[0], torch.eye(2)
    shares = [float(built("mixup", alpha=alpha).mix(pictures, own, chance(seed))[1].max()) for seed in range(300)]
    assert least <= np.mean([share for share in shares if share < 1] or [1.0]) <= most


def test_cutmix_mixes_labels_by_the_area_that_was_pasted():
    pictures, own = batch(6)[0], torch.eye(6)
    for seed in range(40):
        mixed, labels = built("cutmix").mix(pictures, own, chance(seed))
        for number, picture in enumerate(mixed):
            values, counts = torch.unique(picture, return_counts=True)
            shown = {
                int(value) - 1: float(count) / picture.numel() for value, count in zip(values, counts, strict=True)
            }
            assert {place: float(labels[number, place]) for place in shown} == pytest.approx(shown, abs=1e-6)


def test_random_erasing_blanks_one_box_of_at_most_a_third_in_as_many_pictures_as_asked():
    pictures, targets = batch(400, side=20)
    erased, labels = built("random_erasing", probability=0.25).mix(pictures, targets, chance())
    assert torch.equal(labels, targets)
    touched = [picture for picture in erased if bool((picture == 0).any())]
    assert 70 <= len(touched) <= 130
    for picture in touched:
        rows, columns = torch.nonzero(picture[0] == 0, as_tuple=True)
        box = picture[:, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert bool((box == 0).all()) and box.numel() / picture.numel() <= 0.40
    assert torch.equal(built("random_erasing", probability=0).mix(pictures, targets, chance())[0], pictures)


@given(drawn.floats(0.0, 0.9), drawn.integers(2, 40))
def test_label_smoothing_gives_a_share_to_all_classes(amount: float, classes: int):
    softened = built("label_smoothing", amount=amount).soften(torch.eye(classes))
    assert softened[0, 0] == pytest.approx(1 - amount + amount / classes, abs=1e-6)
    assert torch.allclose(softened[0, 1:], torch.full((classes - 1,), amount / classes), atol=1e-6)


def test_smoothing_and_mixing_come_to_the_same_in_either_order():
    pictures, targets = batch()
    smooth, mix = built("label_smoothing"), built("mixup", alpha=1.0)
    first = mix.mix(pictures, smooth.soften(targets), chance(1))[1]
    assert torch.allclose(first, smooth.soften(mix.mix(pictures, targets, chance(1))[1]))


def test_only_two_are_options_of_the_network_itself():
    assert {name: built(name).model_options() for name in REGULARIZERS if built(name).model_options()} == {
        "dropout": {"drop_rate": 0.2},
        "drop_path": {"drop_path_rate": 0.1},
    }


def test_weight_decay_covers_norms_and_biases_only_if_asked():
    assert {name for name in REGULARIZERS if built(name).param_group_options(True)} == {"weight_decay"}
    plain, asked = built("weight_decay", strength=0.5), built("weight_decay", strength=0.5, norms_and_biases=True)
    assert [plain.param_group_options(is_weight) for is_weight in (True, False)] == [
        {"weight_decay": 0.5},
        {"weight_decay": 0.0},
    ]
    assert asked.param_group_options(False) == {"weight_decay": 0.5}


def test_an_average_is_taken_after_every_other_step_that_changes_weights():
    stepping = [name for name in REGULARIZERS if type(built(name)).after_step is not Regularizer.after_step]
    assert stepping == ["l1", "l2_sp", "ema"]
