"""How soon a run was nearly at its best, how smoothly, and what it lost again."""

import pytest

from core.insight.pace import epochs_to_95, fall, roughness, seconds_to_95


def epochs(accuracies: list[float], losses: list[float] | None = None) -> list[dict]:
    losses = losses or [1.0] * len(accuracies)
    return [
        {"epoch": epoch, "elapsed": 10.0 * (epoch + 1), "val_accuracy": accuracy, "val_loss": loss}
        for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True))
    ]


def test_it_is_nearly_there_in_the_first_epoch_within_a_twentieth_of_its_own_best():
    run = epochs([0.5, 0.94, 0.96, 1.0])
    assert (epochs_to_95(run), seconds_to_95(run)) == (3.0, 30.0)


def test_what_the_last_epoch_lost_is_counted_from_the_best():
    assert fall(epochs([0.5, 0.9, 0.8])) == pytest.approx(0.1)
    assert fall(epochs([0.5, 0.9])) == 0


def test_a_straight_line_is_smooth_and_a_saw_is_rough():
    assert roughness(epochs([0.1] * 4, [4.0, 3.0, 2.0, 1.0])) == pytest.approx(0)
    assert roughness(epochs([0.1] * 4, [1.0, 3.0, 1.0, 3.0])) == pytest.approx(1.0)


def test_too_few_epochs_tell_nothing():
    assert roughness(epochs([0.1, 0.2])) is None
    assert (epochs_to_95([]), seconds_to_95([]), fall([])) == (None, None, None)
