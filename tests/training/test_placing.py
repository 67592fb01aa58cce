"""Batches are the same wherever they lie before they are computed."""

import numpy as np
import pytest
import torch

from core.training.placing import Placing, Resident, room_on_device

CPU = torch.device("cpu")
ROWS = np.arange(1200, dtype=np.float32).reshape(300, 4)


class Asked:
    """Makes rows, and remembers for how many it was asked."""

    def __init__(self) -> None:
        self.times: list[int] = []

    def __call__(self, numbers: np.ndarray) -> np.ndarray:
        self.times.append(len(numbers))
        return ROWS[numbers]


def with_room(room: int) -> Placing:
    return Placing(CPU, room=lambda device: room)


def test_what_lies_on_the_device_as_a_whole_is_asked_for_once_and_found_by_number():
    asked, whole = Asked(), np.array([299, 7, 8, 7, 250])
    for numbers in ([7, 299], [250, 250, 8], []):
        rows = (placing := with_room(2**20)).steady("kept", asked, whole)(np.array(numbers, int))
        assert torch.equal(rows, torch.from_numpy(ROWS[np.array(numbers, int)]))
    asked.times.clear()
    placing.steady("kept", asked, whole)(whole)
    assert asked.times == [], "an epoch later it is there"


def test_many_rows_are_brought_a_part_at_a_time():
    asked = Asked()
    held = Resident(asked, np.arange(300), CPU)
    assert asked.times == [256, 44]
    assert torch.equal(held(np.arange(300)), torch.from_numpy(ROWS))


@pytest.mark.parametrize(("room", "alone"), [(0, True), (5 * 16 - 1, True), (5 * 16, False)])
def test_what_has_no_room_there_is_brought_batch_by_batch(room: int, alone: bool):
    asked = Asked()
    rows = with_room(room).steady("kept", asked, np.arange(5))
    assert isinstance(rows, Resident) != alone
    assert torch.equal(rows(np.array([3, 1])), torch.from_numpy(ROWS[[3, 1]]))
    assert (asked.times[-1] == 2) == alone


def test_other_pictures_and_another_pace_are_brought_anew():
    placing, asked = with_room(2**20), Asked()
    placing.steady("kept", asked, np.arange(5))
    asked.times.clear()
    placing.steady("kept", asked, np.arange(4))
    assert asked.times == [], "those are among them"
    assert torch.equal(placing.steady("kept", asked, np.arange(9))(np.array([8])), torch.from_numpy(ROWS[[8]]))
    assert asked.times
    placing.forget()
    asked.times.clear()
    placing.steady("kept", asked, np.arange(5))
    assert asked.times


def test_a_cpu_has_what_it_computes_at_hand_and_holds_nothing_twice():
    assert room_on_device(CPU) == 0
    rows = Placing(CPU).ready(Asked())(np.array([2, 0]))
    assert torch.equal(rows, torch.from_numpy(ROWS[[2, 0]])) and not rows.is_pinned()
    assert Placing(CPU).fetched(rows) is rows


@pytest.mark.gpu
def test_on_a_gpu_batches_are_pinned_and_a_fitting_whole_lies_there():
    gpu = torch.device("cuda")
    placing = Placing(gpu)
    assert placing.ready(Asked())(np.arange(3)).is_pinned()
    rows = placing.steady("kept", Asked(), np.arange(300))(np.array([5, 4]))
    assert rows.is_cuda and torch.equal(rows.cpu(), torch.from_numpy(ROWS[[5, 4]]))
