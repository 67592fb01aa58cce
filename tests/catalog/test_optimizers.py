"""Optimizers step as torch's do; schedules can be drawn before a run and are where theory says they are."""

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as drawn

from core.catalog.optimizers import OPTIMIZERS, SCHEDULES, Schedule


def schedule(name: str, **settings: Any) -> Schedule:
    return SCHEDULES.build(SCHEDULES.choose(name, **settings))


def curve(built: Schedule, epochs: int = 20, steps: int = 10, losses: tuple[float, ...] = ()) -> list[float]:
    """The factor at every step of a run, as a page draws it; of the losses, those of past epochs are known."""
    return [built.at(epoch + step / steps, epochs, losses[:epoch]) for epoch in range(epochs) for step in range(steps)]


def stepped(name: str, weight_decay: float = 0.0, **settings: Any) -> torch.Tensor:
    """A weight of 1 after three steps down a slope that changes."""
    weight = torch.nn.Parameter(torch.ones(3))
    group = {"params": [weight], "weight_decay": weight_decay}
    optimizer = OPTIMIZERS.build(OPTIMIZERS.choose(name, **settings)).build([group], lr=0.1)
    descend(weight, optimizer)
    return weight.detach()


def descend(weight: torch.nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
    for slope in (1.0, -0.5, 2.0):
        weight.grad = torch.full_like(weight, slope) * torch.arange(3)
        optimizer.step()


@pytest.mark.parametrize(
    ("name", "settings", "theirs"),
    [
        ("sgd", {"momentum": 0.0}, lambda group: torch.optim.SGD(group, lr=0.1)),
        ("sgd", {}, lambda group: torch.optim.SGD(group, lr=0.1, momentum=0.9)),
        ("sgd", {"nesterov": True}, lambda group: torch.optim.SGD(group, lr=0.1, momentum=0.9, nesterov=True)),
        ("sgd", {"nesterov": True, "momentum": 0.0}, lambda group: torch.optim.SGD(group, lr=0.1)),
        ("adam", {}, lambda group: torch.optim.Adam(group, lr=0.1)),
        ("adamw", {}, lambda group: torch.optim.AdamW(group, lr=0.1)),
    ],
)
@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
def test_an_optimizer_steps_as_torchs_own_does(name: str, settings: dict, theirs: Any, weight_decay: float):
    weight = torch.nn.Parameter(torch.ones(3))
    descend(weight, theirs([{"params": [weight], "weight_decay": weight_decay}]))
    torch.testing.assert_close(stepped(name, weight_decay, **settings), weight.detach(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_weight_decay_shrinks_the_weights_themselves_only_where_the_optimizer_says_so(name: str):
    """Without any gradient, coupled decay still enters the moments; decoupled decay is exactly a shrinking."""
    weight = torch.nn.Parameter(torch.ones(3))
    built = OPTIMIZERS.build(OPTIMIZERS.choose(name))
    optimizer = built.build([{"params": [weight], "weight_decay": 0.1}], lr=0.1)
    for _ in range(3):
        weight.grad = torch.zeros(3)
        optimizer.step()
    shrunk = torch.allclose(weight.detach(), torch.full((3,), (1 - 0.1 * 0.1) ** 3), rtol=1e-6)
    assert shrunk is built.decoupled


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_no_weight_decays_unasked(name: str):
    weight = torch.nn.Parameter(torch.ones(3))
    optimizer = OPTIMIZERS.build(OPTIMIZERS.choose(name)).build([{"params": [weight]}], lr=0.1)
    weight.grad = torch.zeros(3)
    optimizer.step()
    assert torch.equal(weight.detach(), torch.ones(3))


@drawn.composite
def schedules(draw: drawn.DrawFn) -> Schedule:
    name = draw(drawn.sampled_from(SCHEDULES.names()))
    given = {
        each.name: draw(
            drawn.integers(int(each.low or 0), int(each.high or 0))
            if isinstance(each.default, int)
            else drawn.floats(each.low, each.high)
        )
        for each in SCHEDULES.knobs(name)
    }
    return schedule(name, **given)


LOSSES = drawn.lists(drawn.one_of(drawn.floats(0, 5), drawn.sampled_from([math.nan, math.inf])), max_size=12)


@given(schedules(), drawn.floats(0, 1), drawn.integers(1, 100_000), LOSSES)
def test_a_factor_lies_between_nothing_and_one(built: Schedule, through: float, epochs: int, losses: list[float]):
    assert 0.0 <= built.at(through * epochs, epochs, losses) <= 1.0


@pytest.mark.parametrize("name", SCHEDULES.names())
def test_a_schedule_can_be_drawn_before_the_run_and_asked_again_in_any_order(name: str):
    built = schedule(name, warmup=2)
    asked = [(epoch + step / 10, 20) for epoch in range(20) for step in range(10)]
    backwards = [built.at(position, epochs) for position, epochs in reversed(asked)]
    assert curve(built) == backwards[::-1]


def test_constant_is_one_all_the_way():
    assert set(curve(schedule("constant"))) == {1.0}


def test_step_falls_at_the_end_of_every_seventh_epoch():
    drawn_curve = curve(schedule("step", every=7, factor=0.1))
    falls = [place / 10 for place in range(1, 200) if drawn_curve[place] < drawn_curve[place - 1]]
    assert falls == [7, 14]
    assert [drawn_curve[0], drawn_curve[70], drawn_curve[140]] == pytest.approx([1, 0.1, 0.01])


@pytest.mark.parametrize(("every", "factor"), [(7, 0.1), (3, 0.5), (1, 0.9), (30, 0.1)])
def test_step_is_torchs_step_lr(every: int, factor: float):
    theirs = rates_of(lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, every, factor), epochs=25)
    assert [schedule("step", every=every, factor=factor).at(epoch, 25) for epoch in range(25)] == pytest.approx(theirs)


def rates_of(make: Any, epochs: int, losses: list[float] | None = None) -> list[float]:
    """What one of torch's schedulers does to a rate of 1, epoch by epoch."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler, rates = make(optimizer), []
    for epoch in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(*([losses[epoch]] if losses else []))
    return rates


@pytest.mark.parametrize("epochs", [1, 2, 20, 100])
def test_cosine_is_torchs_and_ends_at_nothing(epochs: int):
    theirs = rates_of(lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs), epochs)
    built = schedule("cosine")
    assert [built.at(epoch, epochs) for epoch in range(epochs)] == pytest.approx(theirs, abs=1e-9)
    assert built.at(0, epochs) == 1.0 and built.at(epochs, epochs) == pytest.approx(0.0, abs=1e-12)
    assert curve(built, epochs, 100) == sorted(curve(built, epochs, 100), reverse=True)


@given(drawn.floats(0.01, 0.99), drawn.floats(0.0, 1.0), drawn.integers(1, 1000))
def test_one_cycle_reaches_its_peak_where_the_rise_ends_and_falls_to_nothing(rise: float, start: float, epochs: int):
    built = schedule("one_cycle", rise=rise, start=start)
    assert built.at(0, epochs) == start
    assert built.at(rise * epochs, epochs) == pytest.approx(1.0, abs=1e-12)
    assert built.at(epochs, epochs) == pytest.approx(0.0, abs=1e-12)
    points = [built.at(epochs * place / 100, epochs) for place in range(101)]
    peak = points.index(max(points))
    assert points[: peak + 1] == sorted(points[: peak + 1])
    assert points[peak:] == sorted(points[peak:], reverse=True)


def test_one_cycle_is_torchs():
    steps = 200
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1.0, total_steps=steps + 1, pct_start=0.3, div_factor=25, cycle_momentum=False
    )
    built = schedule("one_cycle", rise=0.3, start=1 / 25)
    for step in range(steps):
        # torch puts its peak one step before the share that it was given
        assert built.at(step * 20 / steps, 20) == pytest.approx(theirs.get_last_lr()[0], abs=0.03)
        optimizer.step()
        theirs.step()


@given(
    drawn.lists(drawn.one_of(drawn.floats(0, 5), drawn.integers(0, 3).map(float), drawn.just(math.nan)), min_size=1),
    drawn.integers(0, 4),
    drawn.floats(0.0, 0.99),
)
def test_plateau_falls_as_torchs_does_on_the_same_history(losses: list[float], patience: int, factor: float):
    def theirs(optimizer: torch.optim.Optimizer) -> Any:
        return torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=factor, patience=patience, threshold=0.0, eps=0.0
        )

    built = schedule("plateau", patience=patience, factor=factor)
    ours = [built.at(epoch, len(losses), losses[:epoch]) for epoch in range(len(losses))]
    assert ours == pytest.approx(rates_of(theirs, len(losses), losses), rel=1e-6, abs=1e-300)


def test_plateau_without_any_loss_yet_is_one():
    assert set(curve(schedule("plateau"))) == {1.0}


@pytest.mark.parametrize("name", SCHEDULES.names())
def test_warmup_rises_in_a_straight_line_to_the_schedule_itself(name: str):
    plain, warm = curve(schedule(name)), curve(schedule(name, warmup=3))
    assert warm[0] == 0.0
    assert warm[:30] == pytest.approx([plain[step] * step / 30 for step in range(30)])
    assert warm[30:] == plain[30:]
