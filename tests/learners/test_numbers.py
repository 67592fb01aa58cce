import numpy as np
import pytest
import torch

from core.errors import RecipeError
from core.learners.numbers import added, numbers_of, of_classes


def test_places_are_added_up_exactly():
    rows = torch.tensor(np.random.default_rng(0).dirichlet(np.ones(10), (3, 4)))
    by_hand = np.zeros((3, 37))
    for picture, places in enumerate(rows.numpy()):
        total = np.ones(1)
        for place in places:
            total = np.convolve(total, place)
        by_hand[picture] = total
    assert np.allclose(added(rows).numpy(), by_hand)


def test_adding_up_lets_gradients_through():
    rows = torch.full((1, 2, 2), 0.5, requires_grad=True)
    added(rows)[0, 0].backward()
    assert rows.grad is not None and rows.grad[0].tolist() == [[0.5, 0.0], [0.5, 0.0]]


def test_sums_that_are_no_class_are_left_out_and_the_rest_shares_their_part():
    assert of_classes(np.array([0.5, 0.1, 0.4]), [2, 1]) == pytest.approx([0.8, 0.2])
    assert of_classes(np.array([0.0, 1.0]), [5, 7]) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("classes", [("ants", "bees"), ("1", "-1"), ("1", "2.5"), ("1", "01"), ("1", "9" * 30)])
def test_labels_that_are_no_sums_get_one_sentence(classes: tuple[str, ...]):
    with pytest.raises(RecipeError, match="adds up parts"):
        numbers_of(classes, "segment", "insects")


def test_labels_in_any_order_are_read_as_numbers():
    assert numbers_of(("0", "10", "2"), "segment", "sums") == [0, 10, 2]
