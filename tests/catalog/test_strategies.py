"""A strategy is one number per part per epoch: for any network, at any time, with any settings."""

import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.strategies import STRATEGIES, Adapter, Grain, Strategy, awake_from_the_top

WAKING = ["gradual", "freeze_until", "last_layers", "swift"]
"""Those in which parts wake over time."""


@drawn.composite
def strategies(draw: drawn.DrawFn) -> Strategy:
    """Any strategy with any settings that can be chosen."""
    name = draw(drawn.sampled_from(STRATEGIES.names()))
    given: dict[str, Any] = {}
    for each in STRATEGIES.knobs(name):
        if isinstance(each.default, bool):
            given[each.name] = draw(drawn.booleans())
        elif isinstance(each.default, int):
            given[each.name] = draw(drawn.integers(int(each.low or 0), int(each.high or 0)))
        else:
            given[each.name] = draw(drawn.floats(each.low, each.high))
    return STRATEGIES.build(STRATEGIES.choose(name, **given))


def built(name: str, **settings: Any) -> Strategy:
    return STRATEGIES.build(STRATEGIES.choose(name, **settings))


PARTS, EPOCHS = drawn.integers(1, 200), drawn.integers(0, 100_000)


@given(strategies(), PARTS, EPOCHS)
def test_there_is_a_finite_number_of_at_least_zero_for_every_part_and_the_head_always_learns(
    strategy: Strategy, parts: int, epoch: int
):
    scales = strategy.lr_scales(parts, epoch)
    assert len(scales) == parts
    assert all(isinstance(scale, float) and math.isfinite(scale) and scale >= 0 for scale in scales)
    assert scales[-1] == 1.0


@given(strategies(), PARTS, EPOCHS)
def test_a_part_never_learns_faster_than_the_one_above_it(strategy: Strategy, parts: int, epoch: int):
    scales = strategy.lr_scales(parts, epoch)
    assert scales == sorted(scales)


@given(strategies(), PARTS, EPOCHS)
def test_a_part_that_is_awake_stays_awake(strategy: Strategy, parts: int, epoch: int):
    earlier, later = strategy.lr_scales(parts, epoch), strategy.lr_scales(parts, epoch + 1)
    assert all(after >= before for before, after in zip(earlier, later, strict=True))


@given(strategies(), PARTS, EPOCHS)
def test_a_phase_depends_on_nothing_but_the_epoch(strategy: Strategy, parts: int, epoch: int):
    asked_first = strategy.lr_scales(parts, epoch)
    for other in range(0, epoch, 1 + epoch // 5):
        strategy.lr_scales(parts, other)
    assert strategy.lr_scales(parts, epoch) == asked_first


@given(strategies(), EPOCHS)
def test_training_pictures_are_never_larger_than_the_recipe_says_and_never_shrink_again(strategy: Strategy, epoch: int):
    settled = strategy.settles() + epoch
    assert 0 < strategy.picture_share(settled) <= strategy.picture_share(settled + 1) <= 1
    assert 0 < strategy.picture_share(epoch) <= 1


@given(strategies(), PARTS, EPOCHS)
def test_nothing_wakes_any_more_once_early_stopping_counts(strategy: Strategy, parts: int, epoch: int):
    settled = strategy.settles()
    if settled:
        assert strategy.lr_scales(parts, settled + epoch) == strategy.lr_scales(parts, settled)


@pytest.mark.parametrize("name", STRATEGIES.names())
def test_the_grain_is_one_that_networks_are_cut_into(name: str):
    assert built(name).grain in get_args(Grain)


@pytest.mark.parametrize("name", STRATEGIES.names())
def test_strategies_differ_from_each_other(name: str):
    """On a network of six parts over eight epochs, each has a heat map, a grain or an adapter of its own."""
    maps = {
        other: (built(other).grain, [built(other).lr_scales(6, epoch) for epoch in range(8)], built(other).adapter())
        for other in STRATEGIES
    }
    twins = {other for other in maps if other != name and maps[other] == maps[name]}
    assert twins == set()


def test_head_only_is_one_and_nothing_else():
    assert built("head").lr_scales(4, 9) == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("name", "grain"), [("last_stages", "stage"), ("last_blocks", "block"), ("last_layers", "layer")]
)
def test_the_last_n_are_counted_below_the_head_and_never_more_than_there_are(name: str, grain: str):
    assert built(name).grain == grain
    assert built(name, count=0).lr_scales(5, 0) == [0, 0, 0, 0, 1]
    assert built(name, count=2).lr_scales(5, 0) == [0, 0, 1, 1, 1]
    assert built(name, count=64).lr_scales(5, 0) == [1, 1, 1, 1, 1]


@given(drawn.integers(0, 300), drawn.integers(1, 50), PARTS)
def test_layers_that_wake_gradually_reach_their_count_in_time(count: int, over: int, parts: int):
    gradual = built("last_layers", count=count, gradually=True, over_epochs=over)
    awake = [sum(scale > 0 for scale in gradual.lr_scales(parts, epoch)) for epoch in range(over + 3)]
    assert awake[0] == 1
    assert set(awake[over:]) == {min(parts, 1 + count)}
    unlimited = [sum(gradual.lr_scales(count + 1, epoch)) - 1 for epoch in range(over + 1)]
    shares = [later - earlier for earlier, later in zip(unlimited, unlimited[1:], strict=False)]
    assert max(shares) - min(shares) <= 1, "an equal share wakes every epoch"


def test_freeze_until_wakes_everything_in_the_named_epoch():
    strategy = built("freeze_until", epoch=3)
    assert [sum(strategy.lr_scales(7, epoch)) for epoch in range(6)] == [1, 1, 1, 7, 7, 7]
    assert built("freeze_until", epoch=0).lr_scales(3, 0) == [1, 1, 1]


def test_gradual_unfreezing_wakes_one_stage_at_a_time_from_the_top():
    strategy = built("gradual", epochs_per_stage=2)
    assert [strategy.lr_scales(3, epoch) for epoch in range(6)] == [
        [0, 0, 1],
        [0, 0, 1],
        [0, 1, 1],
        [0, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
    ]


def test_discriminative_rates_fall_by_the_factor_from_stage_to_stage():
    assert built("discriminative", factor=2.0).lr_scales(4, 7) == [1 / 8, 1 / 4, 1 / 2, 1]
    assert built("discriminative", factor=1.0).lr_scales(4, 7) == [1, 1, 1, 1]


def test_layerwise_rates_fall_by_the_decay_from_block_to_block():
    assert built("layerwise", decay=0.5).lr_scales(4, 7) == [1 / 8, 1 / 4, 1 / 2, 1]
    assert built("layerwise").grain == "block"


def test_swift_goes_from_the_head_to_the_upper_stages_to_everything():
    swift = built("swift", head_epochs=2, upper_epochs=1, upper_stages=2, decay=0.5)
    assert [swift.lr_scales(4, epoch) for epoch in range(5)] == [
        [0, 0, 0, 1],
        [0, 0, 0, 1],
        [0, 1 / 4, 1 / 2, 1],
        [1 / 8, 1 / 4, 1 / 2, 1],
        [1 / 8, 1 / 4, 1 / 2, 1],
    ]
    assert built("swift", head_epochs=0, upper_epochs=0).lr_scales(3, 0) == [1 / 4, 1 / 2, 1]


def test_swift_shows_the_smallest_pictures_when_everything_begins_to_learn_and_whole_ones_before_and_after():
    swift = built("swift", head_epochs=1, upper_epochs=1, growing_epochs=2, smallest=0.5)
    assert [swift.picture_share(epoch) for epoch in range(6)] == [1, 1, 0.5, 0.75, 1, 1]
    assert built("swift", growing_epochs=0).picture_share(5) == 1


@pytest.mark.parametrize("name", ["discriminative", "layerwise", "full", "lora"])
def test_what_trains_everything_freezes_nothing(name: str):
    assert all(scale > 0 for scale in built(name).lr_scales(200, 0))


@pytest.mark.parametrize("name", WAKING)
def test_those_that_wake_over_time_begin_with_the_head_and_end_with_more(name: str):
    strategy = built(name, gradually=True) if name == "last_layers" else built(name)
    assert sum(strategy.lr_scales(6, 0)) == 1 < sum(strategy.lr_scales(6, 10))


def test_only_lora_adapts_the_network():
    assert {name for name in STRATEGIES if built(name).adapter()} == {"lora"}
    assert built("lora", rank=4, alpha=2).adapter() == Adapter(rank=4, alpha=2.0)


def test_the_head_alone_is_never_less_than_one_part():
    assert awake_from_the_top(1, 0) == awake_from_the_top(1, 9) == [1.0]
