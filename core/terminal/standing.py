"""How a run stands at this moment: where it waits, what it is about to do, for how long it has been silent."""

from collections.abc import Mapping
from typing import Any

from core.catalog.learners import in_words
from core.terminal.drawing import duration

SILENCE = 10.0
"""Seconds without a word that are worth telling; a large step or the loading of data may take as long."""


def told_state(run: Mapping[str, Any]) -> str:
    """The state; for a run that waits its place, and when it may start; for one that says nothing, since when."""
    return run["state"] + _place(run) + (f" ({silence})" if (silence := no_news(run)) else "")


def no_news(run: Mapping[str, Any]) -> str:
    quiet = run["quiet_for"]
    return f"no news for {duration(quiet)}" if quiet is not None and quiet > SILENCE else ""


def _place(run: Mapping[str, Any]) -> str:
    if run["position"] is None:
        return ""
    start = f", may start in {duration(run['starts_in'])}" if run["starts_in"] >= 1 else ""
    return f", place {run['position']}{start}"


def title_of(run: Mapping[str, Any]) -> str:
    return in_words(run["dataset"], run["backbone"], run["strategy"])
