"""Events are frozen facts: they survive JSON, and what they can save stays out of it."""

import json
from dataclasses import MISSING, FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest

from core.events import EVENTS, Event, Improved, Step, event_from_json

FACTS: dict[str, Any] = {
    "str": "a word",
    "int": 3,
    "float": 0.25,
    "bool": True,
    "list": [1.0, 0.0],
    "dict": {"a": 1},
    "Literal": "done",
}
"""A value for each kind of field."""


def fact_for(annotation: object) -> Any:
    first = str(getattr(annotation, "__name__", annotation)).split(" | ")[0]
    return FACTS[first.split("[")[0].removeprefix("typing.")]


def sample(kind: str) -> Event:
    """An event of this kind, with nothing left to defaults that JSON could carry."""
    asked = [each for each in fields(EVENTS[kind]) if each.default is MISSING and each.default_factory is MISSING]
    return EVENTS[kind](**{each.name: fact_for(each.type) for each in asked})


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_survives_json(kind: str):
    event = sample(kind)
    said = json.loads(json.dumps(event.to_json(), allow_nan=False))
    assert said["kind"] == kind
    assert event_from_json(said) == event


@pytest.mark.parametrize("kind", EVENTS)
def test_fields_of_a_newer_version_are_passed_over(kind: str):
    event = sample(kind)
    assert event_from_json({**event.to_json(), "a field of tomorrow": [1]}) == event


@pytest.mark.parametrize("kind", ["looked", "step", "epoch_ended", "improved", "predicted"])
def test_what_an_event_can_save_is_neither_in_its_json_nor_in_its_equality(kind: str, tmp_path: Path):
    plain = sample(kind)
    live = type(plain)(**{**_facts(plain), "save": lambda folder: (folder / "saved").touch()})
    assert live.to_json() == plain.to_json() and "save" not in live.to_json()
    assert live == plain and "save" not in repr(live)
    live.save(tmp_path)  # type: ignore[attr-defined]
    assert (tmp_path / "saved").exists()


def _facts(event: Event) -> dict[str, Any]:
    return {each.name: getattr(event, each.name) for each in fields(event)}


def test_only_those_that_stand_at_a_safe_moment_can_save():
    assert {kind for kind, cls in EVENTS.items() if "save" in {each.name for each in fields(cls)}} == {
        "looked",
        "step",
        "epoch_ended",
        "improved",
        "predicted",
    }


def test_an_event_cannot_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        sample("step").elapsed = 2.0  # type: ignore[misc]


def test_a_step_may_leave_its_loss_unread():
    step = Step(elapsed=1.0, epoch=0, step=1, pictures=8, lr=0.1)
    assert step.to_json()["loss"] is None and event_from_json(step.to_json()) == step


def test_every_kind_has_a_name_of_its_own():
    assert len({cls.kind for cls in EVENTS.values()}) == len(EVENTS) == len(Event.__subclasses__())
    assert EVENTS["improved"] is Improved
