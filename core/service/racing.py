"""Runs side by side in what they cost: by epoch, at equal cost, and in all."""

from collections.abc import Sequence
from typing import Any

from core.catalog.learners import learner_in
from core.runs.folders import read_json
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.showing import epochs_told


def race(record: Record, rows: Sequence[RunRow]) -> dict[str, Any]:
    """Each run's way and costs, and how they stand at equal cost. They need not have judged the same pictures."""
    from core.insight.race import CURRENCIES, at_equal

    runs = [_raced(record, row) for row in rows]
    ways = {each["run"]: each["points"] for each in runs}
    pictures = {each["run"]: each["n"] for each in runs}
    return {
        "runs": runs,
        "at_equal": {currency: at_equal(currency, ways, pictures) for currency in CURRENCIES},
        "notes": _notes(record, rows),
    }


def _raced(record: Record, row: RunRow) -> dict[str, Any]:
    from core.insight.race import points

    told, folder = record.store.told(row.id), record.folder(row.id)
    started = next((each for each in reversed(told) if each["kind"] == "started"), None)
    finished = next((each for each in reversed(told) if each["kind"] == "finished"), {})
    pictures = started["pictures"].get("val", 0) if started else 0
    weights = folder / "best" / "model.safetensors"
    return {
        "run": row.id,
        "name": row.name,
        "round": learner_in(record.store.recipe(row.id)).round,
        "n": pictures,
        "points": points(started, epochs_told(told)) if started else [],
        "accuracy": row.accuracy,
        "interval": _interval(row.accuracy, pictures),
        "seconds": row.seconds,
        "parameters": started and started["parameters"],
        "peak_memory": finished.get("peak_memory"),
        "bytes": weights.stat().st_size if weights.exists() else None,
    }


def _interval(accuracy: float | None, pictures: int) -> list[float] | None:
    from core.insight.verdicts import wilson

    return None if accuracy is None or not pictures else list(wilson(round(accuracy * pictures), pictures))


def _notes(record: Record, rows: Sequence[RunRow]) -> list[str]:
    """What keeps the race from being fair."""
    machines = {_machine(record, row) for row in rows} - {None}
    notes = []
    if len(machines) > 1:
        notes.append("They ran on different devices, so their seconds can't be compared.")
    if len({row.dataset for row in rows}) > 1:
        notes.append("They learned different datasets, so their accuracies can't be compared.")
    return notes


def _machine(record: Record, row: RunRow) -> tuple[str, str] | None:
    environment = read_json(record.folder(row.id) / "environment.json")
    return None if environment is None else (str(environment.get("device")), str(environment.get("device_name")))
