"""A network as its run began: what of it is still the same, without a look at both, and how far the rest has come.

Most of a network rests in most runs, and after every epoch somebody asks. The sum of a tensor's bits tells that it is
as it was in a tenth of the time that a distance takes, or a copy.
"""

import math
from collections.abc import Iterable, Mapping

import torch

from core.training.weights import Tensors

SOON_COMPARED = 2**14
"""Numbers of a tensor that are compared one by one sooner than they are added up."""


class Beginning:
    """Copies of all tensors of a network; they are never changed."""

    def __init__(self, now: Mapping[str, torch.Tensor]):
        self.tensors: Tensors = {name: tensor.detach().clone() for name, tensor in now.items()}
        large = (name for name, tensor in self.tensors.items() if tensor.numel() >= SOON_COMPARED)
        self._sums = {name: sum_of_bits(self.tensors[name]) for name in large}

    def copy(self, now: Mapping[str, torch.Tensor]) -> Tensors:
        """Tensors that stay as they are now, whatever is learned; what is as it was is not copied again."""
        return {name: self.tensors[name] if self._holds(name, each) else _copy(each) for name, each in now.items()}

    def is_still(self, now: Mapping[str, torch.Tensor]) -> bool:
        """Whether all of them are as they were."""
        return all(self._holds(name, each) for name, each in now.items())

    def distance(self, now: Mapping[str, torch.Tensor], names: Iterable[str]) -> float:
        """How far some of them are from here, as one vector."""
        return length(
            now[name].float() - self.tensors[name].float() for name in names if not self._holds(name, now[name])
        )

    def _holds(self, name: str, now: torch.Tensor) -> bool:
        """Whether a tensor is as it was. Two changes that add up to none, of 2^64 sums, are not expected."""
        start = self.tensors.get(name)
        if start is None or (start.shape, start.dtype, start.device) != (now.shape, now.dtype, now.device):
            return False
        return sum_of_bits(now) == self._sums[name] if name in self._sums else torch.equal(now, start)


def sum_of_bits(tensor: torch.Tensor) -> int:
    """Of all its bytes as they lie in memory, eight at a time: as quick as they can be read."""
    whole = torch.empty(0, dtype=torch.uint8, device=tensor.device).set_(tensor.untyped_storage())  # type: ignore[call-overload]
    even = len(whole) // 8 * 8
    return int(whole[:even].view(torch.int64).sum()) + int(whole[even:].sum())


def length(tensors: Iterable[torch.Tensor]) -> float:
    """Of all of them as one vector."""
    return math.hypot(*(float(torch.linalg.vector_norm(each)) for each in tensors))


def _copy(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone()
