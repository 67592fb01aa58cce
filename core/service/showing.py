"""A run as people and scripts see it: its row in the list, and everything that is known of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.runs.folders import read_json
from core.runs.predictions import Predictions, kept_score
from core.runs.record import Record
from core.runs.states import HELD
from core.runs.store import RunRow

SPLITS = ("val", "test")


def brief(row: RunRow) -> dict[str, Any]:
    """A line in the list of runs."""
    return {
        "run": row.id,
        "name": row.name,
        "state": row.state,
        "reason": row.reason,
        "dataset": row.dataset,
        "backbone": row.backbone,
        "strategy": row.strategy,
        "accuracy": row.accuracy,
        "seconds": row.seconds,
        "created": when(row.created),
        "note": row.note,
        "tags": json.loads(row.tags),
        "device": row.device,
        "owner": row.owner,
        "shared": bool(row.shared),
        "engine": row.engine,
        "priority": row.priority,
        "sweep": row.sweep,
        "attempt": row.attempt,
        "quiet_for": row.quiet_for,
    }


def full(record: Record, row: RunRow) -> dict[str, Any]:
    """Everything that is known of a run."""
    folder = record.folder(row.id)
    told = record.store.told(row.id)
    started, improved, last = _last(told, "started"), _last(told, "improved"), record.store.last_event(row.id)
    finished = _last([each for each in told if each["number"] > started.get("number", 0)], "finished")
    classes, epochs, recipe = started.get("classes", []), epochs_told(told), record.store.recipe(row.id)
    return {
        **brief(row),
        "seconds": (last or {}).get("elapsed", 0.0) if row.seconds is None or row.state in HELD else row.seconds,
        "recipe": recipe,
        "started": when(row.started),
        "ended": when(row.ended),
        "classes": classes,
        "pictures": started.get("pictures", {}),
        "parameters": started.get("parameters"),
        "parts": started.get("parts", []),
        "stages": started.get("stages", []),
        "planned_epochs": started.get("epochs"),
        "epochs": epochs,
        "best_epoch": finished.get("best_epoch", improved.get("epoch")),
        **{split: score_of(folder, split, "best", classes) for split in SPLITS if _has(folder, split)},
        "last": {split: _headline(folder, split, classes) for split in SPLITS if _has(folder, split, "last")},
        "best": str(folder / "best") if (folder / "best").exists() else None,
        "phases": finished.get("seconds", {}),
        "peak_memory": finished.get("peak_memory"),
        "notices": _notices(told),
        "alarms": alarms_of(epochs, recipe),
        "plan": started.get("plan"),
        "environment": read_json(folder / "environment.json"),
    }


def score_of(folder: Path, split: str, weights: str, classes: list[str]) -> dict[str, Any] | None:
    def work_out(predictions: Predictions) -> dict[str, Any]:
        from core.insight.scores import score  # loads numpy: a list of runs needs none

        return score(predictions.probabilities, predictions.labels, classes)

    return kept_score(folder, split, weights, work_out)


def alarms_of(epochs: list[dict[str, Any]], recipe: dict[str, Any]) -> list[dict[str, Any]]:
    """What moved though it was frozen."""
    from core.insight.truth import alarms, all_breaches

    return alarms(all_breaches([each for each in epochs if "stages" in each], recipe.get("frozen_norms") == "drift"))


def _headline(folder: Path, split: str, classes: list[str]) -> dict[str, Any] | None:
    """The last epoch's figures, to stand beside the best one's."""
    score = score_of(folder, split, "last", classes)
    return score and {key: score[key] for key in ("n", "right", "accuracy", "interval", "macro_f1", "loss")}


def _has(folder: Path, split: str, weights: str = "best") -> bool:
    return (folder / "predictions" / f"{split}-{weights}").exists()


def epochs_told(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each epoch once: what an attempt did after its last snapshot is told anew, or not at all, by the next one."""
    epochs: list[dict[str, Any]] = []
    for each in told:
        if each["kind"] == "started" and not each.get("resumed"):
            epochs = []
        if each["kind"] == "epoch_ended":
            while epochs and epochs[-1]["epoch"] >= each["epoch"]:
                epochs.pop()
            epochs.append(_facts(each))
    return epochs


def _notices(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each notice once: a resumed run repeats some."""
    said = [(each["topic"], each["message"]) for each in told if each["kind"] == "notice"]
    return [{"topic": topic, "message": message} for topic, message in dict.fromkeys(said)]


def _last(told: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next((each for each in reversed(told) if each["kind"] == kind), {})


def _facts(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in ("kind", "number")}


def when(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
