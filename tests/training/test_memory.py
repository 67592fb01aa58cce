"""When memory runs out, a batch is computed in pieces, for the same gradient; nothing but the memory changes."""

import platform
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle

import numpy as np
import psutil
import pytest
import torch
from torch import nn

from core.errors import TrainingError
from core.events import Notice, Predicted
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train
from core.training.memory import computed, free, hold_freed_memory, in_halves, release_freed_memory
from core.training.session import Session
from core.training.state import Position
from core.training.team import ALONE
from tests.training.conftest import differing


def crowd(model: nn.Module, room: int) -> list[int]:
    """From now on the network runs out of memory on more pictures than there is room for; tells what it computed."""
    seen: list[int] = []
    kinds = cycle((torch.OutOfMemoryError, MemoryError))

    def enter(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        if len(inputs[0]) > room:
            raise next(kinds)("Tried to allocate more than there is.")
        if torch.is_grad_enabled():
            seen.append(len(inputs[0]))

    model.register_forward_pre_hook(enter)
    return seen


@pytest.fixture
def roomy(tiny: Recipe) -> Recipe:
    """No BatchNorm, whose statistics would depend on the pieces."""
    return replace(tiny, backbone="test_vit", precision="float32")


@pytest.fixture
def room_for(run, monkeypatch: pytest.MonkeyPatch):
    """Every network built from now on has room for so many pictures."""

    def limit(room: int) -> None:
        begin = Session.__init__

        def crowded(self: Session, *args, **kwargs) -> None:
            begin(self, *args, **kwargs)
            crowd(self.net.model, room)

        monkeypatch.setattr(Session, "__init__", crowded)

    return limit


def gradients(recipe: Recipe, home: Home, room: int) -> tuple[dict[str, torch.Tensor], Session, list[int]]:
    session = Session(recipe, torch.device("cpu"), home, None, ALONE)
    seen = crowd(session.net.model, room)
    session.make_ready(0)
    session.learn(next(session.batches(0)))
    found = {name: p.grad for name, p in session.net.model.named_parameters() if p.grad is not None}
    return found, session, seen


@pytest.mark.parametrize("balance", ["none", "weights"])
@pytest.mark.parametrize("room", [1, 3, 5])
def test_the_gradient_of_pieces_is_that_of_the_whole(roomy: Recipe, home: Home, room: int, balance: str):
    recipe = replace(roomy, batch_size=13, class_balance=balance, regularizers=["label_smoothing", "l2"])
    whole, _, _ = gradients(recipe, home, 1000)
    pieces, session, seen = gradients(recipe, home, room)
    assert max(seen) <= room and sum(seen[-session.position.pieces :]) == 13
    for name, gradient in whole.items():
        assert float((pieces[name] - gradient).norm()) <= 1e-6 * max(1.0, float(gradient.norm())), name


def test_no_piece_is_a_single_picture_while_others_are_many(roomy: Recipe, home: Home):
    _, session, seen = gradients(replace(roomy, batch_size=13), home, 4)
    assert seen[-session.position.pieces :] == [4, 3, 3, 3]


def test_it_is_recorded_and_the_run_learns_the_same(run, roomy: Recipe, room_for):
    whole = run(roomy)
    room_for(2)
    crowded = run(roomy)
    said = [event.message for event in crowded.said(Notice) if event.topic == "memory"]
    assert ["8 is now computed 4 at a time" in said[0], "8 is now computed 2 at a time" in said[1]] == [True, True]
    assert len(said) == 2 and crowded.finished.state == "done"
    np.testing.assert_allclose(crowded.losses, whole.losses, rtol=1e-4)


def test_a_resumed_run_keeps_its_pieces(run, roomy: Recipe, room_for):
    room_for(3)
    whole = run(roomy)
    paused = run(roomy, pause_at=5)
    resumed = run(roomy, state=paused.snapshot, plan=whole.events[0].plan)
    assert run.sessions[-1].position.pieces == 4
    assert not resumed.said(Notice), "it need not be found out again"
    assert differing(resumed.weights, whole.weights) == set()


def test_a_last_batch_smaller_than_the_pieces_is_no_trouble(run, roomy: Recipe, room_for):
    room_for(1)
    outcome = run(replace(roomy, batch_size=28, epochs=2))
    assert [event.pictures for event in outcome.events if event.kind == "step"] == [28, 2] * 2
    assert outcome.finished.state == "done"


def test_no_room_for_a_single_picture_is_a_sentence(roomy: Recipe, home: Home, room_for):
    room_for(0)
    with pytest.raises(TrainingError, match="not enough memory for a single picture; choose a smaller image_size"):
        list(train(roomy, "cpu", home=home))


def test_judging_and_keeping_features_need_no_more_room_than_there_is(run, roomy: Recipe, room_for):
    recipe = replace(roomy, batch_size=2, epochs=2)
    whole = run(recipe)
    room_for(2)
    crowded = run(recipe)
    figures = [[(e.split, e.weights, e.right) for e in each.said(Predicted)] for each in (crowded, whole)]
    assert figures[0] == figures[1]
    assert differing(crowded.weights, whole.weights) == set()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
@pytest.mark.parametrize("in_a_run", [False, True])
def test_freed_memory_is_held_for_the_next_step_until_it_is_released(in_a_run: bool, run, tiny: Recipe):
    def held() -> int:
        return psutil.Process().memory_info().rss

    size = 256 * 2**20
    release_freed_memory()  # what earlier tests have left
    if in_a_run:
        run(replace(tiny, epochs=1))
    else:
        hold_freed_memory()
    before = held()
    blocks = [torch.ones(size // 64, dtype=torch.uint8) for _ in range(64)]
    del blocks
    assert held() - before > size / 2
    release_freed_memory()
    assert held() - before < size / 4


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries decide for themselves")
@pytest.mark.parametrize("released", [False, True])
def test_where_addresses_are_counted_freed_ones_can_be_had_again_at_once(released: bool, addresses_counted: None):
    def taken() -> int:
        return psutil.Process().memory_info().vms

    size = 256 * 2**20
    hold_freed_memory()
    if released:
        release_freed_memory()
    before = taken()
    for _ in range(2):  # glibc holds blocks as large as those it has seen before
        blocks = [torch.ones(size // 64, dtype=torch.uint8) for _ in range(64)]
        del blocks[::2]
    assert taken() - before < 0.6 * size


@pytest.fixture
def addresses_counted() -> Iterator[None]:
    limits = psutil.Process().rlimit(psutil.RLIMIT_AS)
    psutil.Process().rlimit(psutil.RLIMIT_AS, (2**45, limits[1]))
    yield
    psutil.Process().rlimit(psutil.RLIMIT_AS, limits)
    release_freed_memory()


def test_what_is_held_is_given_back_before_the_halves_are_computed(monkeypatch: pytest.MonkeyPatch):
    done: list[object] = []
    monkeypatch.setattr("core.training.memory.release_freed_memory", lambda: done.append("released"))

    def crowded(batch: torch.Tensor) -> torch.Tensor:
        done.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("out of memory")
        return batch

    assert torch.equal(in_halves(crowded, torch.arange(4)), torch.arange(4))
    assert done == [4, "released", 2, 2]


def test_what_is_no_lack_of_memory_is_raised_as_it_is():
    def broken(batch: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        in_halves(broken, torch.zeros(4))
    assert Position().pieces == 1


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One in which memory may run out: this one goes on as before."""
    with ThreadPoolExecutor(1) as one:
        yield one


def test_after_running_out_it_is_computed_in_a_new_thread(thread: ThreadPoolExecutor):
    def stays() -> bool:
        return computed(threading.get_ident) == threading.get_ident()

    assert thread.submit(stays).result()
    thread.submit(free, torch.device("cpu")).result()
    assert not thread.submit(stays).result()


def test_after_a_gpu_has_run_out_its_modes_hold_on_in_the_same_thread(thread: ThreadPoolExecutor):
    thread.submit(free, torch.device("cuda")).result()
    assert thread.submit(lambda: computed(threading.get_ident) == threading.get_ident()).result()


@pytest.mark.parametrize("inference", [False, True])
@pytest.mark.parametrize("half", [False, True])
def test_a_new_thread_computes_as_the_old_one_would(thread: ThreadPoolExecutor, inference: bool, half: bool):
    def modes() -> tuple[bool, bool, int]:
        return torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu"), torch.get_num_threads()

    def told() -> list[tuple[bool, bool, int]]:
        with torch.inference_mode(inference), torch.autocast("cpu", torch.bfloat16, enabled=half):
            return [computed(modes), modes()]

    thread.submit(free, torch.device("cpu")).result()
    new, old = thread.submit(told).result()
    assert new == old and new[:2] == (inference, half)


def test_what_goes_wrong_in_a_new_thread_is_told(thread: ThreadPoolExecutor):
    def broken() -> None:
        raise ValueError("a bug")

    thread.submit(free, torch.device("cpu")).result()
    with pytest.raises(ValueError, match="a bug"):
        thread.submit(computed, broken).result()


@pytest.mark.parametrize(("batch_size", "room", "pieces"), [(28, 7, [7, 7, 7, 7, 2]), (29, 1, [1] * 30)])
def test_the_last_batch_is_computed_in_pieces_as_large_as_those_of_whole_ones(
    roomy: Recipe, home: Home, batch_size: int, room: int, pieces: list[int]
):
    session = Session(replace(roomy, batch_size=batch_size), torch.device("cpu"), home, None, ALONE)
    seen = crowd(session.net.model, room)
    session.make_ready(0)
    for fed in session.batches(0):
        session.learn(fed)
    assert seen[-len(pieces) :] == pieces
