"""Several runs over each other: the settings in which they differ, and their curves in one picture."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.catalog.learners import Learner
from pages.shared.colours import colours
from pages.shared.compare_strip import colour_of
from pages.shared.folds import fold
from pages.shared.words import plain
from pages.shared.workbench import workbench

Raced = Mapping[str, Any]
CURRENCIES = {
    "epoch": "epoch",
    "seconds": "working time (s)",
    "pictures": "pictures seen",
    "parameters": "parameters that had learned",
}
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")
MOST_POINTS = 300


def draw_settings(ids: Sequence[str], names: Mapping[str, str]) -> None:
    """Only what differs, down to single settings."""
    differing = workbench().settings(ids)
    if not differing:
        st.markdown("**Their recipes are the same.**")
        return
    st.markdown("**What differs**")
    rows = [
        {"setting": each["setting"], **{names[run]: _worded(value) for run, value in each["values"].items()}}
        for each in differing
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _worded(value: Any) -> str:
    if value is None:
        return "–"
    if value == []:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def draw_curves(raced: Sequence[Raced], names: Mapping[str, str]) -> None:
    stepping = [run for run in raced if run["round"] == Learner.round]
    tell_what_has_none([run for run in raced if run not in stepping], names)
    if stepping:
        draw_curves_of(stepping, names)


def tell_what_has_none(raced: Sequence[Raced], names: Mapping[str, str]) -> None:
    for run in raced:
        why = f"each {run['round']} is fitted at once, apart from others"
        st.caption(plain(f"{names[run['run']]} has no curve: {why}."))


def draw_curves_of(raced: Sequence[Raced], names: Mapping[str, str]) -> None:
    by = st.segmented_control("Curves by", ["epoch", "seconds"], default="epoch", key="compare_by") or "epoch"
    rows = points_of(raced, names, "accuracy")
    if not rows:
        st.caption("None of these runs has finished an epoch.")
        return
    chart = spec(rows, list(names.values()), by, "value", "Validation accuracy")
    st.vega_lite_chart(spec=chart, width="stretch", key="compare_curves", alt="Validation accuracy of each run")
    with fold("The curves as a table", "compare_fold_curves") as opened:
        if opened:
            st.dataframe([{"run": row["run"], by: row[by], "accuracy": row["value"]} for row in rows], hide_index=True)


def points_of(raced: Sequence[Raced], names: Mapping[str, str], field: str) -> list[dict[str, Any]]:
    """A row per run and epoch; of very many epochs so many that a curve still shows them."""
    return [
        {
            "run": names[run["run"]],
            **{key: point[key] for key in CURRENCIES},
            "epoch": point["epoch"] + 1,
            "value": point[field],
        }
        for run in raced
        for point in thinned(run["points"])
    ]


def thinned(points: Sequence[Raced]) -> list[Raced]:
    every = max(1, len(points) // MOST_POINTS)
    return [point for place, point in enumerate(points) if place % every == 0 or place == len(points) - 1]


def spec(rows: list[dict[str, Any]], order: list[str], by: str, value: str, title: str) -> dict[str, Any]:
    """A line per run, told apart by colour and, beyond four, by the shape of its points too."""
    theme = colours()
    legend = {"title": None, "orient": "top", "columns": 2, "labelLimit": 150, "labelColor": theme.quiet}
    places = {name: place for place, name in enumerate(order) if any(row["run"] == name for row in rows)}
    scale = {"domain": list(places), "range": [colour_of(place) for place in places.values()]}
    encoding: dict[str, Any] = {
        "x": {"field": by, "type": "quantitative", "title": CURRENCIES[by], "scale": {"zero": False, "nice": True}},
        "y": {
            "field": value,
            "type": "quantitative",
            "title": "accuracy",
            "axis": {"format": "~%"},
            "scale": {"zero": False},
        },
        "color": {"field": "run", "type": "nominal", "scale": scale, "legend": legend},
        "tooltip": [{"field": "run"}, {"field": "epoch"}, {"field": by}, {"field": value, "format": ".1%"}],
    }
    mark: dict[str, Any] = {"type": "line", "strokeWidth": 2}
    if len(order) > len(theme.series) or any(stands_still(rows, name, by) for name in places):
        shapes = {"domain": list(places), "range": [SHAPES[place] for place in places.values()]}
        encoding["shape"] = {"field": "run", "type": "nominal", "scale": shapes, "legend": legend}
        mark["point"] = {"filled": True, "size": 45}
    return {
        "title": title,
        "height": 400,
        "data": {"values": rows},
        "mark": mark,
        "encoding": encoding,
        "config": {"axis": {"labelColor": theme.quiet, "titleColor": theme.quiet}},
    }


def stands_still(rows: list[dict[str, Any]], run: str, by: str) -> bool:
    """A line of one place has no length: only its points can be seen."""
    return len({row[by] for row in rows if row["run"] == run}) < 2
