"""What computing sets for a whole process is given back."""

import pytest
import torch

from core.training import surroundings
from core.training.surroundings import computing_on, given_back


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done with freed memory."""
    said: list[str] = []
    monkeypatch.setattr(surroundings, "release_freed_memory", lambda: said.append("released"))
    return said


@pytest.mark.parametrize("surrounding", [lambda: computing_on(3), given_back])
def test_threads_are_as_many_as_before_however_it_ends(surrounding, released: list[str]):
    before = torch.get_num_threads()
    with pytest.raises(KeyboardInterrupt), surrounding():
        torch.set_num_threads(before + 4)
        raise KeyboardInterrupt
    assert torch.get_num_threads() == before


def test_so_many_threads_compute_meanwhile():
    with computing_on(5):
        assert torch.get_num_threads() == 5


def test_freed_memory_is_given_back_in_the_end(released: list[str]):
    with given_back():
        assert not released
    assert released == ["released"]
