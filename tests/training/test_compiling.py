"""Compiling, and recording on top, is tried where it may pay, counts where gradients stay the same, and is only used
for whole batches.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from core.home import Home
from core.recipe import Recipe
from core.training import compiling
from core.training.calibrating import Work
from core.training.compiling import USUALLY_TAKES, WORTH_A_TRY, Compiled, Tried, tried
from core.training.model import build
from core.training.plan import Plan, make_plan
from core.training.remembered import keep_compiling, recall_compiling
from core.training.session import Session
from core.training.team import ALONE

Pass = Callable[[torch.Tensor], torch.Tensor]
compiled_for_real = compiling.fast
MANY = 10_000_000
"""Steps that repay anything."""


@pytest.fixture
def work(home: Home) -> Work:
    net = build(Recipe(backbone="test_resnet", pretrained=False, image_size=(32, 32)), ("a", "b"), home)
    learning = frozenset(name for name, _ in net.model.named_parameters())
    return Work(net, torch.device("cpu"), learning, kept=False, batch_size=4, steps=MANY, whole=MANY)


class Quick:
    """Stands for a compiled network: computes the same, after a first step that takes long; recorded, it is quicker."""

    def __init__(self, model: nn.Module, graphs: bool = False):
        self.model, self.wait, self.later = model, 0.2, 0.0 if graphs else 0.02

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        time.sleep(self.wait)
        self.wait = self.later
        return self.model(pictures)


@pytest.fixture(autouse=True)
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "fast", Quick)


def test_what_is_compiled_is_timed_beside_the_network_as_it_is(work: Work):
    before = {name: each.clone() for name, each in work.net.model.state_dict().items()}
    found = tried(work, "float32")
    assert found and min(found.as_it_is, found.compiled, found.took) > 0
    assert found.took > 0.2 > found.compiled, "the first step compiles"
    assert all(torch.equal(each, before[name]) for name, each in work.net.model.state_dict().items())


def test_dropout_is_the_same_chance_in_both_ways(home: Home):
    recipe = Recipe.parse({"backbone": "test_resnet", "pretrained": False, "regularizers": ["dropout"]})
    net = build(replace(recipe, image_size=(32, 32)), ("a", "b"), home)
    learning = frozenset(name for name, _ in net.model.named_parameters())
    found = tried(Work(net, torch.device("cpu"), learning, False, 4, MANY, whole=MANY), "float32")
    assert found and found.compiled


def test_a_run_of_few_steps_tries_nothing(work: Work, monkeypatch: pytest.MonkeyPatch):
    def never(model: nn.Module, graphs: bool = False) -> Pass:
        raise AssertionError("it was tried")

    monkeypatch.setattr(compiling, "fast", never)
    assert tried(replace(work, whole=WORTH_A_TRY - 1), "float32") is None
    assert tried(replace(work, whole=WORTH_A_TRY), "float32") is None, "as many steps are over in a moment here"


class Wrong(nn.Module):
    """Answers otherwise than the network."""

    def __init__(self, model: nn.Module, graphs: bool = False):
        super().__init__()
        self.model = model

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return 1.5 * self.model(pictures)


class Lost(Wrong):
    """Answers with no number."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return torch.nan * self.model(pictures)


def failing(model: nn.Module, graphs: bool = False) -> Pass:
    raise RuntimeError("no compiler here")


@pytest.mark.parametrize("broken", [Wrong, Lost, failing])
def test_what_computes_otherwise_or_not_at_all_does_not_count(
    work: Work, broken: Callable[[nn.Module], Pass], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(compiling, "fast", broken)
    found = tried(work, "float32")
    assert found and not found.compiled and not found.repays(MANY) and "failed" in str(found)


def test_what_is_quicker_once_it_is_recorded_is_recorded(work: Work, monkeypatch: pytest.MonkeyPatch):
    given_up = []
    monkeypatch.setattr(torch.compiler, "reset", lambda: given_up.append("the rehearsal's recording"))
    found = tried(work, "float32")
    assert found and found.graphs and found.best == found.recorded < found.compiled
    assert len(given_up) == 1


def test_long_steps_are_not_recorded(work: Work, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiling, "SHORT", 0.001)
    found = tried(work, "float32")
    assert found and not found.recorded and found.best == found.compiled > 0.001


class Repeating:
    """A recording that is blind to what it is given from its second step on."""

    def __init__(self, model: nn.Module):
        self.model, self.first = model, torch.empty(0)

    def __call__(self, pictures: torch.Tensor) -> torch.Tensor:
        if not len(self.first):
            self.first = pictures
        return self.model(self.first)


@pytest.mark.parametrize("recorder", [Wrong, failing, Repeating])
def test_where_recording_fails_compiling_is_still_worth_what_it_was(
    work: Work, recorder: Callable[[nn.Module], Pass], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(compiling, "fast", lambda model, graphs=False: recorder(model) if graphs else Quick(model))
    found = tried(work, "float32")
    assert found and found.compiled and not found.graphs


def test_a_recordings_answer_outlives_the_next_one(monkeypatch: pytest.MonkeyPatch):
    place, asked = torch.zeros(2), []

    def compiler(model: nn.Module, dynamic: bool, options: dict[str, bool]) -> Pass:
        asked.append(options["triton.cudagraphs"])
        return place.copy_

    monkeypatch.setattr(torch, "compile", compiler)
    recorded = compiled_for_real(nn.Identity(), graphs=True)
    first, second = recorded(torch.ones(2)), recorded(torch.zeros(2))
    assert (first.tolist(), second.tolist()) == ([1, 1], [0, 0])
    assert compiled_for_real(nn.Identity()) == place.copy_ and asked == [True, False]


def test_steps_repay_compiling_or_do_not():
    found = Tried(as_it_is=0.04, compiled=0.03, took=50.0)
    assert not found.repays(4_990) and found.repays(5_010)
    assert not replace(found, compiled=0.05).repays(MANY)
    assert str(found) == "compiled, a step takes 30 ms instead of 40, and compiling 50 s"
    quicker, slower = (replace(found, recorded=seconds) for seconds in (0.02, 0.035))
    assert quicker.graphs and not quicker.repays(2_490) and quicker.repays(2_510)
    assert str(quicker) == "compiled and recorded, a step takes 20 ms instead of 40, and compiling 50 s"
    assert not slower.graphs and str(slower) == str(found) and not slower.repays(4_990)


def test_a_second_run_knows_what_compiling_brought(work: Work, home: Home):
    found = Tried(0.04, 0.03, 50.0, recorded=0.02)
    keep_compiling(home.cache, work, "bf16", found)
    assert recall_compiling(home.cache, replace(work, whole=1), "bf16") == found
    assert recall_compiling(home.cache, work, "float32") is None
    assert recall_compiling(home.cache, replace(work, batch_size=8), "bf16") is None


def test_a_processor_never_compiles(work: Work, home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compiling, "fast", failing)
    keep_compiling(home.cache, work, "float32", Tried(USUALLY_TAKES, 0.001, 1.0))
    assert not make_plan(Recipe(), work, home.cache).compiled


def test_only_whole_batches_that_are_learned_from_pass_through_what_was_compiled(monkeypatch: pytest.MonkeyPatch):
    seen: list[tuple[int, ...]] = []

    def noted(model: nn.Module, graphs: bool) -> Pass:
        return lambda pictures: [seen.append(tuple(pictures.shape)), model(pictures)][1]

    monkeypatch.setattr(compiling, "fast", noted)
    network = Compiled(nn.Conv2d(3, 2, 1), (4, 3, 8, 8))
    for count, side in ((4, 8), (3, 8), (4, 6)):
        assert network(torch.zeros(count, 3, side, side)).shape == (count, 2, side, side)
    with torch.inference_mode():
        network(torch.zeros(4, 3, 8, 8))
    assert seen == [(4, 3, 8, 8)]


def test_a_compiler_that_is_not_there_is_missed_by_nobody_and_any_other_error_is_told(monkeypatch: pytest.MonkeyPatch):
    class NoCompiler(RuntimeError):
        __module__ = "torch._inductor.exc"

    raised: list[RuntimeError] = [NoCompiler()]

    def broken(pictures: torch.Tensor) -> torch.Tensor:
        raise raised[0]

    monkeypatch.setattr(compiling, "fast", lambda model, graphs: broken)
    pictures, model = torch.zeros(4, 3, 8, 8), nn.Conv2d(3, 2, 1)
    assert torch.equal(Compiled(model, (4, 3, 8, 8))(pictures), model(pictures))
    raised[0] = torch.OutOfMemoryError("CUDA out of memory")
    with pytest.raises(torch.OutOfMemoryError):
        Compiled(model, (4, 3, 8, 8))(pictures)


@pytest.mark.parametrize("graphs", [False, True])
def test_a_compiled_run_learns_what_another_does(run, tiny: Recipe, monkeypatch: pytest.MonkeyPatch, graphs: bool):
    asked = []

    def traced(model: nn.Module, graphs: bool) -> Pass:
        asked.append(graphs)
        return torch.compile(model, backend="eager", dynamic=False)

    monkeypatch.setattr(compiling, "fast", traced)
    recipe = replace(tiny, strategy="full", batch_size=7, epochs=2)
    plan = Plan(threads=0)
    plain, compiled = (run(recipe, plan=each.to_json()) for each in (plan, replace(plan, compiled=True, graphs=graphs)))
    assert asked == [graphs]
    assert compiled.losses == pytest.approx(plain.losses, rel=1e-4)
    assert run.sessions[-1].plan.compiled and isinstance(run.sessions[-1].feeder.whole, Compiled)


def test_only_steps_with_everything_at_full_size_count(tiny: Recipe, home: Home):
    def steps(strategy: object) -> int:
        recipe = replace(tiny, strategy=Recipe.parse({"strategy": strategy}).strategy, epochs=6)
        session = Session(recipe, torch.device("cpu"), home, None, ALONE)
        return session._work().whole // session.steps_per_epoch

    assert steps("full") == 6 and steps("head") == 0
    assert steps({"name": "swift", "head_epochs": 1, "upper_epochs": 1, "growing_epochs": 2}) == 2


def test_what_was_found_decides_on_a_gpu(work: Work, home: Home, monkeypatch: pytest.MonkeyPatch):
    from core.training import plan as plans

    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "a GPU")
    on_gpu = replace(work, device=torch.device("cuda"), whole=6_000)
    monkeypatch.setattr(plans, "_of_accelerator", lambda recipe, device: Plan(precision="bf16", why="a GPU"))
    monkeypatch.setattr(plans, "tried", lambda work, precision: None)
    few = make_plan(Recipe(), on_gpu, home.cache)
    assert not few.compiled and few.why == "a GPU; 6000 steps are too few to repay compiling"
    monkeypatch.setattr(plans, "tried", lambda work, precision: Tried(0.04, 0.03, 50.0))
    enough = make_plan(Recipe(), on_gpu, home.cache)
    assert enough.compiled and "30 ms instead of 40" in enough.why
    assert not enough.graphs
    monkeypatch.setattr(plans, "tried", failing)
    assert make_plan(Recipe(), on_gpu, home.cache) == enough, "it is remembered"
    assert not make_plan(Recipe(), replace(on_gpu, whole=4_000), home.cache).compiled
    keep_compiling(home.cache, on_gpu, "bf16", Tried(0.04, 0.03, 50.0, recorded=0.02))
    assert make_plan(Recipe(), on_gpu, home.cache).graphs
    too_few = make_plan(Recipe(), replace(on_gpu, whole=2_000), home.cache)
    assert not too_few.graphs and not too_few.compiled
    assert make_plan(Recipe(), replace(on_gpu, whole=0), home.cache).why == "a GPU"
