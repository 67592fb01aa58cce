"""Many linear heads on the same features as a few large tensors: one product answers for all of them."""

from collections.abc import Mapping, Sequence

import torch
from torch import nn


class AtOneRate(nn.Module):
    """The heads that step at one rate: seeds x penalties x classes x features, each seed from its own start."""

    def __init__(self, starts: Sequence[nn.Linear], penalties: int):
        super().__init__()
        weight, bias = (torch.stack([getattr(each, name) for each in starts]) for name in ("weight", "bias"))
        self.weight = nn.Parameter(weight.detach()[:, None].repeat(1, penalties, 1, 1))
        self.bias = nn.Parameter(bias.detach()[:, None].repeat(1, penalties, 1))


class Heads(nn.Module):
    """All heads: for each seed, rate and penalty one, in this order. Called, they answer for rows of features."""

    strengths: torch.Tensor
    leader: torch.Tensor
    """The number of the head that validation found best; at first of one without a penalty."""

    def __init__(self, starts: Sequence[nn.Linear], rates: Sequence[float], penalties: Sequence[float]):
        super().__init__()
        self.at = nn.ModuleList([AtOneRate(starts, len(penalties)) for _ in rates])
        self.register_buffer("strengths", torch.tensor(penalties, dtype=torch.float32), persistent=False)
        self.register_buffer("leader", torch.tensor(len(penalties) - 1))

    @property
    def rates(self) -> list[AtOneRate]:
        return list(self.at)  # type: ignore[arg-type]

    @property
    def weight(self) -> torch.Tensor:
        """Seeds x heads of a seed x classes x features."""
        return _side_by_side([each.weight for each in self.rates])

    @property
    def bias(self) -> torch.Tensor:
        return _side_by_side([each.bias for each in self.rates])

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows of each seed (seeds x pictures x features) to scores: seeds x pictures x heads x classes."""
        seeds, heads, classes, features = (weight := self.weight).shape
        flat = weight.reshape(seeds, heads * classes, features)
        scores = torch.baddbmm(self.bias.reshape(seeds, 1, heads * classes), rows, flat.transpose(1, 2))
        return scores.view(seeds, rows.shape[1], heads, classes)

    def penalties(self) -> torch.Tensor:
        """Of each head its strength times its squared weights: seeds x heads."""
        return self.strengths.repeat(len(self.at)) * self.weight.square().sum((2, 3))

    @torch.no_grad()
    def shrink(self, rates: Sequence[float]) -> None:
        """Bring every weight nearer to zero by rate times strength; one that is so near already is exactly zero."""
        for each, rate in zip(self.rates, rates, strict=True):
            by = (rate * self.strengths)[:, None, None]
            each.weight.sub_(torch.clamp(each.weight, -by, by))

    def state_of(self, number: int) -> Mapping[str, torch.Tensor]:
        """One head's weight and bias."""
        return {"weight": self.weight.flatten(0, 1)[number], "bias": self.bias.flatten(0, 1)[number]}


def _side_by_side(rates: Sequence[torch.Tensor]) -> torch.Tensor:
    return rates[0] if len(rates) == 1 else torch.cat(list(rates), dim=1)
