"""What can be set about the engines is read from the environment, and nonsense is a sentence."""

import pytest

from core.engines.settings import Settings
from core.errors import TrainingError


def test_nothing_set_is_the_default_and_so_is_nothing_said():
    assert Settings.from_environment({}) == Settings() == Settings.from_environment({"THAW_STOP_GRACE": ""})


@pytest.mark.parametrize(
    ("asked_for", "judges", "quiet_for", "left"),
    [
        (9, False, 2, True),
        (10, False, 2, False),
        (9, True, 200, True),
        (10, True, None, False),
        (60, True, 2, True),
        (60, True, 11, False),
        (120, True, 2, False),
    ],
)
def test_a_run_that_was_stopped_is_left_to_judge_as_long_as_it_says_something(
    asked_for: float, judges: bool, quiet_for: float | None, left: bool
):
    assert Settings(stop_grace=10, stop_patience=120).may_go_on(asked_for, judges, quiet_for) is left


def test_each_setting_is_read_as_what_it_is():
    given = {"THAW_SLOTS": "cuda:0,cpu", "THAW_QUEUED_PER_OWNER": "7", "THAW_STOP_GRACE": "0.5", "OTHER": "x"}
    assert Settings.from_environment(given) == Settings(slots="cuda:0,cpu", queued_per_owner=7, stop_grace=0.5)


@pytest.mark.parametrize("text", ["0", "-1", "many", "nan", "1.5e"])
@pytest.mark.parametrize("name", ["QUEUED_PER_OWNER", "IDLE_SECONDS"])
def test_what_is_no_number_above_nothing_is_refused(name: str, text: str):
    with pytest.raises(TrainingError, match=f"THAW_{name} is '{text}'; it must be a number above 0."):
        Settings.from_environment({f"THAW_{name}": text})
