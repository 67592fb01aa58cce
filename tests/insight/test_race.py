import pytest

from core.insight.race import at_equal, points
from core.insight.verdicts import wilson

STARTED = {"pictures": {"train": 30}, "parts": [{"trained": 100}, {"trained": 10}, {"trained": 1}]}


def epochs(*accuracies: float, seconds: float = 2.0, awake_from: int = 2):
    """A run that wakes one more part each epoch, from the head on."""
    return [
        {
            "epoch": number,
            "elapsed": seconds * (number + 1),
            "val_accuracy": accuracy,
            "lr_scales": [float(part >= awake_from - number) for part in range(3)],
        }
        for number, accuracy in enumerate(accuracies)
    ]


def test_each_epoch_says_what_was_spent_by_then():
    way = points(STARTED, epochs(0.5, 0.4, 0.9))
    assert [each["seconds"] for each in way] == [2, 4, 6]
    assert [each["pictures"] for each in way] == [30, 60, 90]
    assert [each["parameters"] for each in way] == [1, 11, 111]
    assert [each["best"] for each in way] == [0.5, 0.5, 0.9]


def test_all_stand_where_the_one_that_spent_least_has_ended():
    ways = {"slow": points(STARTED, epochs(0.5, 0.6, seconds=10)), "quick": points(STARTED, epochs(0.2, 0.4, 0.7, 0.3))}
    equal = at_equal("seconds", ways, {"slow": 100, "quick": 100})
    assert equal is not None and equal["budget"] == 8
    slow, quick = equal["runs"]
    assert (slow["epoch"], slow["accuracy"], slow["interval"]) == (None, None, None)  # its first epoch took longer
    assert (quick["epoch"], quick["accuracy"]) == (3, 0.7)
    assert quick["interval"] == pytest.approx(wilson(70, 100))
    by_pictures = at_equal("pictures", ways, {"slow": 100, "quick": 100})
    assert by_pictures is not None
    assert [each["accuracy"] for each in by_pictures["runs"]] == [0.6, 0.4]


def led(**ways: list) -> list[tuple[float, str]]:
    equal = at_equal("seconds", {run: points(STARTED, way) for run, way in ways.items()}, dict.fromkeys(ways, 100))
    assert equal is not None
    return [(each["from"], each["run"]) for each in equal["leads"]]


def test_where_two_ways_cross_the_lead_changes():
    quick, late = epochs(0.6, 0.65, 0.66, 0.66), epochs(0.5, 0.9, seconds=4)
    assert led(late=late, quick=quick) == [(2, "quick"), (8, "late")]


def test_who_is_only_caught_up_with_stays_in_front():
    assert led(first=epochs(0.5, 0.7), second=epochs(0.4, 0.7)) == [(2, "first")]


def test_who_stands_first_in_the_list_leads_where_all_begin_alike():
    assert led(b=epochs(0.5), a=epochs(0.5)) == [(2, "b")]


def test_of_several_epochs_at_the_same_cost_the_last_counts():
    frozen = points(STARTED, epochs(0.3, 0.6, awake_from=0))
    other = points(STARTED, epochs(0.5, 0.5, awake_from=0))
    equal = at_equal("parameters", {"other": other, "frozen": frozen}, {"frozen": 100, "other": 100})
    assert equal is not None and equal["leads"] == [{"from": 111, "run": "frozen"}]


def test_nothing_counts_that_not_all_have_spent():
    assert led(short=epochs(0.5), long=epochs(0.4, 0.9)) == [(2, "short")]


def test_without_a_finished_epoch_there_is_no_race():
    assert at_equal("seconds", {"a": [], "b": points(STARTED, epochs(0.5))}, {"a": 1, "b": 1}) is None
