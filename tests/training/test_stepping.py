"""A fused step walks through weights, gradients and its memory side by side: all must lie alike."""

from dataclasses import replace

import pytest
import torch

from core.catalog.optimizers import OPTIMIZERS
from core.home import Home
from core.recipe import Recipe
from core.training.session import Session
from core.training.state import optimizer_memory, remind_optimizer
from core.training.team import ALONE
from tests.training.conftest import FAMILIES, of_family


def stepped(recipe: Recipe, home: Home) -> Session:
    session = Session(recipe, torch.device("cpu"), home, None, ALONE)
    session.make_ready(0)
    for given, _ in zip(session.batches(0), range(2), strict=False):
        session.learn(given)
    return session


def order(tensor: torch.Tensor) -> list[int]:
    """Of its numbers in memory, as strides of those sides that have more than one entry."""
    return [stride for stride, size in zip(tensor.stride(), tensor.shape, strict=True) if size > 1]


def lie_alike(session: Session) -> bool:
    state = session.optimizer.state
    beside = [
        (parameter, other)
        for group in session.optimizer.param_groups
        for parameter in group["params"]
        for other in [parameter.grad, *state[parameter].values()]
        if other is not None and other.shape == parameter.shape
    ]
    assert len(beside) > 10
    return all(order(parameter) == order(other) for parameter, other in beside)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
@pytest.mark.parametrize("family", FAMILIES)
def test_gradients_and_memories_lie_as_the_weights_do(home: Home, tiny: Recipe, family: str, name: str):
    recipe = replace(of_family(tiny, family), optimizer=OPTIMIZERS.choose(name), strategy=tiny.strategy)
    session = stepped(recipe, home)
    assert session.optimizer.defaults["fused"] and lie_alike(session)
    kept = {key: value.contiguous() for key, value in optimizer_memory(session.optimizer).items()}
    remind_optimizer(session.optimizer, kept)
    assert lie_alike(session)
