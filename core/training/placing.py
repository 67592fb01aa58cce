"""How what enters the network comes to where it is computed.

On a CPU it is there already. A GPU fetches batches by itself while it computes, from memory that is pinned; and what
enters alike in every epoch (features that are kept, pictures that are not varied) lies in its own memory as a whole,
where that leaves enough for learning: then only numbers travel.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

SHARE = 0.25
"""Of a GPU's free memory, what each thing that lies there as a whole may take."""

AT_ONCE = 256
"""Rows that are brought there at a time."""

Make = Callable[[np.ndarray], np.ndarray]
"""Rows for pictures, found by their numbers."""


def room_on_device(device: torch.device) -> int:
    """Bytes that something may take as a whole; none where it would only be there twice."""
    if device.type != "cuda":
        return 0
    free, _ = torch.cuda.mem_get_info(device)
    return int(SHARE * free)


class Resident:
    """Rows of some pictures in the device's memory."""

    def __init__(self, make: Make, numbers: np.ndarray, device: torch.device):
        numbers = np.unique(numbers)
        chunks = np.split(numbers, range(AT_ONCE, len(numbers), AT_ONCE))
        self._rows = torch.cat([torch.from_numpy(make(chunk)).to(device) for chunk in chunks])
        self._numbers = numbers

    def holds(self, numbers: np.ndarray) -> bool:
        return bool(np.isin(numbers, self._numbers).all())

    def __call__(self, numbers: np.ndarray) -> torch.Tensor:
        places = torch.from_numpy(np.searchsorted(self._numbers, numbers))
        return self._rows.index_select(0, places.to(self._rows.device))


@dataclass
class Placing:
    """Brings batches to a device, each as soon as it is made."""

    device: torch.device
    room: Callable[[torch.device], int] = room_on_device
    _residents: dict[str, Resident | None] = field(default_factory=dict)

    def forget(self) -> None:
        """What was brought there is not what will be asked for from now on."""
        self._residents.clear()

    def ready(self, make: Make) -> Callable[[np.ndarray], torch.Tensor]:
        """Batches that differ each time, in memory that a GPU can fetch them from while it computes."""
        return lambda numbers: self._fetchable(make(numbers))

    def steady(self, name: str, make: Make, whole: np.ndarray) -> Callable[[np.ndarray], torch.Tensor]:
        """Batches of rows that are always the same, out of all of them where these have room on the device."""
        held = self._residents.get(name)
        if name not in self._residents or (held and not held.holds(whole)):
            held = self._residents[name] = self._brought(make, whole)
        return held or self.ready(make)

    def fetched(self, rows: torch.Tensor) -> torch.Tensor:
        """On the device; a GPU goes on computing meanwhile, other accelerators could read what is not there yet."""
        return rows.to(self.device, non_blocking=self.device.type == "cuda")

    def _brought(self, make: Make, whole: np.ndarray) -> Resident | None:
        room = self.room(self.device)
        if not room or not len(whole) or len(np.unique(whole)) * make(whole[:1]).nbytes > room:
            return None
        return Resident(make, whole, self.device)

    def _fetchable(self, rows: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(rows)
        return tensor.pin_memory() if self.device.type == "cuda" else tensor
