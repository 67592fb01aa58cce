"""Seeded at every step, and the same draws as torch's own way to do it."""

import torch

from core.training.chance import draw_from

SEED = 2**61 + 7


def test_the_draws_are_those_of_manual_seed():
    torch.manual_seed(SEED)
    wanted = torch.rand(5), torch.nn.functional.dropout(torch.ones(50), 0.5)
    torch.rand(3)
    draw_from(SEED, torch.device("cpu"))
    found = torch.rand(5), torch.nn.functional.dropout(torch.ones(50), 0.5)
    assert all(torch.equal(one, other) for one, other in zip(wanted, found, strict=True))
    draw_from(SEED + 1, torch.device("cpu"))
    assert not torch.equal(torch.rand(5), wanted[0])
