"""What a strategy promises on the heat map is what the weights do: tested on the weights, bit by bit."""

from dataclasses import replace

import pytest

from core.catalog.strategies import STRATEGIES
from core.recipe import Recipe
from core.training.adapters import is_adapter
from tests.training.conftest import FAMILIES, differing, of_family

SETTINGS = {
    "last_stages": {"count": 1},
    "last_blocks": {"count": 2},
    "last_layers": {"count": 6, "gradually": True, "over_epochs": 2},
    "freeze_until": {"epoch": 2},
    "gradual": {"epochs_per_stage": 1},
    "swift": {"head_epochs": 1, "upper_epochs": 1, "growing_epochs": 1},
}


def strategy(name: str):
    return STRATEGIES.choose(name, **SETTINGS.get(name, {}))


def statistics_of(names, weights):
    """The buffers of the modules that own these parameters: a module that learns may also move its statistics."""
    owners = {name.rpartition(".")[0] for name in names}
    return {name for name in weights if name.rpartition(".")[0] in owners}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", STRATEGIES)
def test_after_each_epoch_nothing_moved_but_what_the_heat_map_promised(run, tiny: Recipe, family: str, name: str):
    outcome = run(replace(of_family(tiny, family), strategy=strategy(name), optimizer="adamw"))
    session = run.sessions[-1]
    net = session.net
    before = dict(net.start)
    parameters = {each for each, _ in net.model.named_parameters()}
    for epoch, after in enumerate(outcome.after):
        scales = session.strategy.lr_scales(len(net.parts), epoch)
        promised = {n for part, scale in zip(net.parts, scales, strict=True) if scale > 0 for n in part.parameters}
        promised = {n for n in promised if net.can_learn(n)}
        moved = differing(before, after)
        assert moved & parameters == promised, "every promised tensor moved, and no other"
        assert moved <= statistics_of(promised, after), "no statistics of a frozen module moved"
        before = after


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_optimizer_learns_at_the_rates_of_the_heat_map(run, tiny: Recipe, name: str):
    outcome = run(replace(tiny, strategy=strategy(name), epochs=2))
    session = run.sessions[-1]
    for group in session.stepper.optimizer.param_groups:
        scale = session.strategy.lr_scales(len(session.net.parts), 1)[group["part"]]
        assert group["lr"] == pytest.approx(tiny.lr * scale)
    assert outcome.finished.state == "done"


def test_frozen_norms_hold_unless_they_are_asked_to_drift(run, tiny: Recipe):
    head_only = replace(tiny, strategy="head", epochs=1)
    run(head_only)
    held = run.sessions[-1].net
    assert not [n for n in differing(dict(held.start), held.model.state_dict()) if "running" in n]
    outcome = run(replace(head_only, frozen_norms="drift"))
    drifting = run.sessions[-1].net
    assert [n for n in differing(dict(drifting.start), drifting.model.state_dict()) if "running" in n]
    assert outcome.events[-1].seconds["prefix"] >= 0
    assert run.sessions[-1].feeder.cut is None, "features of norms that move cannot be kept"


def test_lora_leaves_every_pretrained_weight_as_it_was_and_says_what_it_skipped(run, tiny: Recipe):
    outcome = run(replace(tiny, backbone="test_convnext", strategy="lora"))
    net = run.sessions[-1].net
    for name in differing(dict(net.start), net.model.state_dict()):
        assert is_adapter(name) or name in net.head
    said = [event.to_json() for event in outcome.events if event.kind == "notice"]
    assert [each["topic"] for each in said] == ["lora"]
    assert "grouped convolutions" in said[0]["message"]
    started = outcome.events[0]
    assert 0 < started.parameters["trained"] < started.parameters["total"]
