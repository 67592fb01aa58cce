"""Scribbles are drawn the same for the same seed, differently for every hand, and stay on the paper."""

import torch

from scripts.scribbles import POINTS, draw, invent, joined, manners


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(labels: list[int], seed: int = 1) -> torch.Tensor:
    return draw(invent(20, seeded(0)), torch.tensor(labels), 24, seeded(seed))


def test_one_seed_draws_the_same_pictures():
    assert torch.equal(pictures([0, 1, 2, 3]), pictures([0, 1, 2, 3]))


def test_two_hands_draw_one_scribble_differently():
    first, second = pictures([5, 5])
    assert not torch.allclose(first, second, atol=0.05)


def test_pictures_have_three_colours_between_black_and_white_and_something_on_them():
    shown = pictures(list(range(20)))
    assert shown.shape == (20, 3, 24, 24)
    assert shown.min() >= 0 and shown.max() <= 1
    assert (shown.flatten(1).std(1) > 0.01).all()


def test_every_scribble_fills_the_paper_in_one_direction():
    scribbles = invent(50, seeded(3))
    drawn = joined(scribbles, torch.arange(50), scribbles.knots).flatten(1, 2)
    widest = (drawn.amax(1) - drawn.amin(1)).amax(1)
    assert torch.allclose(widest, torch.full((50,), 2.0), atol=1e-4)


def test_points_lie_between_the_knots_that_pull_them():
    assert manners().shape[1] == POINTS
    assert torch.allclose(manners().sum(2), torch.ones(()))
    assert manners().min() >= 0
