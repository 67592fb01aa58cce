import itertools

import numpy as np
import pytest

from core.learners.candidates import Candidate
from core.learners.reading import read


def links(*runs: tuple[int, int]) -> list[Candidate]:
    return [Candidate(first, after, (0, 0, 1, 1)) for first, after in runs]


def by_hand(found: list[Candidate], shares: np.ndarray, pieces: int) -> np.ndarray:
    """Every chain and every value of each of its links, one after the other."""
    sums = np.zeros(9 * pieces + 1)
    for count in range(1, pieces + 1):
        for chain in itertools.permutations(range(len(found)), count):
            ends = [0, *(found[place].after for place in chain)]
            if ends[-1] == pieces and all(found[p].first == e for p, e in zip(chain, ends, strict=False)):
                for values in itertools.product(range(3), repeat=count):
                    sums[sum(values)] += np.prod([shares[p, v] for p, v in zip(chain, values, strict=True)])
    return sums / sums.sum()


@pytest.mark.parametrize("seed", range(5))
def test_all_ways_to_cut_and_all_values_are_added_up_exactly(seed: int):
    found = links((0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (0, 3))
    shares = np.random.default_rng(seed).dirichlet(np.ones(4), len(found))
    sums = read(found, shares, (0, 1, 2), pieces=3).sums
    assert np.allclose(sums, by_hand(found, shares, 3)[: len(sums)])


def test_the_chain_is_the_most_probable_way_to_cut():
    found = links((0, 1), (1, 2), (0, 2))
    apart, joined = np.array([0.0, 0.9, 0.1]), np.array([0.2, 0.1, 0.7])
    reading = read(found, np.stack([apart, apart, joined]), (0, 1), pieces=2)
    assert reading.chain == (0, 1)
    assert reading.certainty == pytest.approx(0.81 / (0.81 + 0.3))
    assert read(found, np.stack([joined, joined, apart]), (0, 1), pieces=2).chain == (2,)


def test_doubt_about_a_part_is_doubt_about_the_sum():
    found = links((0, 1), (1, 2))
    shares = np.array([[0.5, 0.5, 0.0], [0.0, 1.0, 0.0]])
    assert read(found, shares, (3, 8), pieces=2).sums[[11, 16]] == pytest.approx([0.5, 0.5])


def test_hundreds_of_pieces_neither_vanish_nor_overflow():
    found = links(*((place, place + 1) for place in range(400)))
    reading = read(found, np.tile([1e-6, 1e-6, 1 - 2e-6], (400, 1)), (0, 1), pieces=400)
    assert reading.sums.sum() == pytest.approx(1)
    assert len(reading.chain) == 400


def test_where_nothing_is_there_nothing_is_said():
    assert read([], np.zeros((0, 3)), (0, 1), pieces=0).sums.sum() == 0
