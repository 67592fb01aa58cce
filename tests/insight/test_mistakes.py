import numpy as np
import pytest

from core.insight.mistakes import Guesses

FILES = ["e.png", "d.png", "c.png", "b.png", "a.png"]
PROBABILITIES = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2], [0.3, 0.7], [0.7, 0.3]], dtype=np.float32)
FIVE = Guesses.of(PROBABILITIES, np.array([0, 0, 1, 1, 1]), FILES, ["ant", "bee"])
"""Right: e, b. Wrong: d (an ant taken for a bee), c and a (bees taken for ants)."""


def test_the_greatest_loss_comes_first_with_all_that_is_known_of_it():
    losses = FIVE.top_losses(3)
    assert [guess.file for guess in losses] == ["c.png", "a.png", "d.png"]
    assert losses[0].to_json() == {
        "index": 2,
        "file": "c.png",
        "true": "bee",
        "predicted": "ant",
        "confidence": pytest.approx(0.8),
        "loss": pytest.approx(-np.log(0.2)),
        "right": False,
    }


def test_losses_too_great_to_tell_apart_are_still_ranked():
    probabilities = np.array([[1.0, 0.0], [1 - 1e-12, 1e-12], [0.6, 0.4]])
    files = ["zero", "nearly", "mild"]
    ranked = Guesses.of(probabilities.astype(np.float32), np.ones(3, int), files, ["a", "b"]).top_losses(3)
    assert [guess.file for guess in ranked] == ["zero", "nearly", "mild"]


def test_a_cell_holds_its_pictures_most_confident_first():
    assert [guess.file for guess in FIVE.in_cell("bee", "ant")] == ["c.png", "a.png"]
    assert [guess.file for guess in FIVE.in_cell("ant", "ant")] == ["e.png"]


def test_the_cells_together_hold_every_picture_once(guesses):
    probabilities, labels = guesses(90, 3)
    classes = ["x", "y", "z"]
    all_of_them = Guesses.of(probabilities, labels, [f"{number}.png" for number in range(90)], classes)
    found = [guess.index for true in classes for said in classes for guess in all_of_them.in_cell(true, said)]
    assert sorted(found) == list(range(90))


def test_galleries_show_right_and_wrong_in_the_order_of_their_files():
    assert [guess.file for guess in FIVE.gallery(right=True, count=9)] == ["b.png", "e.png"]
    assert [guess.file for guess in FIVE.gallery(right=False, count=9)] == ["a.png", "c.png", "d.png"]


def test_a_gallery_is_spread_over_all_files_and_is_the_same_each_time(guesses):
    probabilities, labels = guesses(1000, 4)
    files = [f"{number:04}.png" for number in range(1000)]
    many = Guesses.of(probabilities, labels, files, list("abcd"))
    first, again = many.gallery(right=False, count=10), many.gallery(right=False, count=10)
    assert first == again
    assert len({guess.index for guess in first}) == 10
    assert not any(guess.right for guess in first)
    assert max(guess.index for guess in first) > 700


def test_a_gallery_does_not_depend_on_the_order_of_the_columns(guesses):
    probabilities, labels = guesses(50, 3)
    files = np.array([f"{number:02}.png" for number in range(50)])
    turned = np.random.default_rng(5).permutation(50)
    straight = Guesses.of(probabilities, labels, files.tolist(), list("abc"))
    shuffled = Guesses.of(probabilities[turned], labels[turned], files[turned].tolist(), list("abc"))
    shown = [[guess.file for guess in each.gallery(right=True, count=8)] for each in (straight, shuffled)]
    assert shown[0] == shown[1]


def test_where_nothing_is_wrong_the_gallery_is_empty():
    perfect = Guesses.of(np.eye(3), np.arange(3), FILES[:3], list("abc"))
    assert perfect.gallery(right=False, count=5) == []
