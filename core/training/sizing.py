"""How large the training pictures of an epoch are: as the strategy wants them, where the network can take them so."""

from itertools import groupby

import torch
from torch import nn

from core.catalog.picture_sizes import Size, shrunk
from core.catalog.strategies import Strategy
from core.training.model import Net
from core.training.modes import at_rest


class PictureSizes:
    """The size of training pictures in each epoch; `refused` are those wanted that the network cannot take."""

    def __init__(self, strategy: Strategy, net: Net, epochs: int):
        self.strategy, self.full = strategy, net.preparation.size
        wanted = {self._wanted(epoch) for epoch in range(epochs)} - {self.full}
        self.refused = {size for size in wanted if not takes(net.model, size)}

    def at(self, epoch: int) -> Size:
        wanted = self._wanted(epoch)
        return self.full if wanted in self.refused else wanted

    def over(self, epochs: int) -> list[dict[str, int]]:
        """Every size of so many epochs, and the epoch that it comes with."""
        runs = [(size, next(same)) for size, same in groupby(range(epochs), self.at)]
        return [{"epoch": epoch, "height": height, "width": width} for (height, width), epoch in runs]

    def _wanted(self, epoch: int) -> Size:
        return shrunk(self.full, self.strategy.picture_share(epoch))


def takes(model: nn.Module, size: Size) -> bool:
    """Whether a network can compute pictures of this size: tried, for nothing else would tell of just any."""
    parameter = next(model.parameters())
    try:
        with at_rest(model), torch.no_grad():
            model(torch.zeros(2, 3, *size, device=parameter.device, dtype=parameter.dtype))
    except (RuntimeError, AssertionError, ValueError, TypeError, IndexError):
        return False
    return True
