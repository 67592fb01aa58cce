"""Figures are read at once where that costs nothing, and in blocks where a device would wait."""

import torch

from core.training.unread import Unread


def test_on_a_cpu_every_step_is_read():
    unread: Unread[int] = Unread(torch.device("cpu"))
    read = []
    for step in range(3):
        unread.add(step)
        read.append(unread.due())
    assert read == [[0], [1], [2]]


def test_elsewhere_steps_wait_for_each_other_and_none_is_lost_or_read_twice():
    unread: Unread[int] = Unread(torch.device("meta"))
    unread.add(0)
    assert unread.due() == [0], "the first is not waited for"
    for step in (1, 2):
        unread.add(step)
        assert unread.due() == []
    assert unread.due(at_once=True) == [1, 2]
    assert unread.due(at_once=True) == []
