"""Guesses to score: seeded, uneven, with classes that never occur and classes that are never named."""

import numpy as np
import pytest


@pytest.fixture
def guesses():
    """Makes (probabilities, labels) for so many pictures and classes; a part of the classes may be left out."""

    def make(n: int, classes: int, seed: int = 0, unseen: int = 0, unnamed: int = 0):
        draw = np.random.default_rng(seed)
        labels = draw.integers(classes - unseen, size=n)
        probabilities = draw.dirichlet(np.full(classes, 0.4), size=n) + 1e-9
        probabilities[np.arange(n), labels] += draw.random(n)
        probabilities[:, :unnamed] *= 1e-6
        return probabilities / probabilities.sum(axis=1, keepdims=True), labels

    return make
