"""How many places a machine has, which one a run gets, and how the cores are shared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.places import cores, place_for, places, threads_for
from core.engines.settings import Settings
from core.errors import TrainingError

GPUS = ["cuda:0", "cuda:1", "cpu"]


def test_places_are_counted_or_named():
    assert places(Settings(slots="3")) == ["cpu", "cpu", "cpu"]
    assert places(Settings(slots=" cuda:0, cuda:0,cpu ")) == ["cuda:0", "cuda:0", "cpu"]
    assert set(places(Settings())) <= {"cpu", "mps", *(f"cuda:{number}" for number in range(64))}


@pytest.mark.parametrize("slots", ["0", "-1", "two", "cpu,", "cuda:0;cpu", "tpu"])
def test_nonsense_is_refused_with_what_can_be_said(slots: str):
    with pytest.raises(TrainingError, match="give a number, or devices such as cuda:0,cuda:1,cpu"):
        places(Settings(slots=slots))


@pytest.mark.parametrize(
    ("wanted", "free", "place"),
    [
        ("auto", GPUS, "cuda:0"),
        ("auto", ["cuda:1", "cpu"], "cuda:1"),
        ("auto", ["cpu"], None),  # it waits for a GPU
        ("cuda", ["cpu", "cuda:1"], "cuda:1"),
        ("cuda:0", ["cuda:1", "cpu"], None),
        ("cpu", GPUS, "cpu"),
        ("mps", GPUS, None),
    ],
)
def test_a_run_gets_the_best_place_that_it_may_have(wanted: str, free: list[str], place: str | None):
    assert place_for(wanted, free, GPUS) == place


def test_without_a_gpu_the_choice_is_the_cpu():
    assert place_for("auto", ["cpu"], ["cpu", "cpu"]) == "cpu"


@given(sharing=st.integers(0, 99))
def test_runs_that_share_the_cores_never_ask_for_more_than_there_are(sharing: int):
    threads = threads_for("cpu", sharing)
    assert 1 <= threads <= cores()
    assert threads * sharing <= max(cores(), sharing)
    assert 1 <= threads_for("cuda:0", sharing) <= 4
