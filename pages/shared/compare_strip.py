"""The scores of several runs on one axis: a dot each, with the interval that holds the truth 95 times in 100."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared.colours import colours
from pages.shared.words import with_interval
from pages.shared.workbench import workbench

Run = Mapping[str, Any]
SPLITS = {"test": "test pictures", "val": "validation pictures"}


def names_of(runs: Sequence[Run]) -> dict[str, str]:
    """Each run by its name, and by its id too where a name is shared."""
    shared = Counter(run["name"] for run in runs)
    return {run["run"]: run["name"] if shared[run["name"]] == 1 else f"{run['name']} ({run['run']})" for run in runs}


def colour_of(place: int) -> str:
    series = colours().series
    return series[place % len(series)]


def draw(runs: Sequence[Run], found: Mapping[str, Any] | None) -> None:
    names = names_of(runs)
    rows = [row for run in runs if (row := _score(run, found))]
    if not rows:
        return
    told = [
        {
            "run": names[row["run"]],
            "accuracy": row["right"] / row["n"],
            "low": row["interval"][0],
            "high": row["interval"][1],
            "said": with_interval({**row, "accuracy": row["right"] / row["n"]}),
        }
        for row in rows
    ]
    what = SPLITS[found["split"]] if found else "each run's own pictures"
    st.vega_lite_chart(spec=_spec(told, f"Accuracy, {what}"), width="stretch", key="compare_strip", alt="Scores")
    with st.expander("The scores as a table", key="compare_fold_scores"):
        st.dataframe([{"run": row["run"], "accuracy": row["said"]} for row in told], hide_index=True)


def _score(run: Run, found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """From the comparison where there is one, else the run's own."""
    if found:
        return next(each for each in found["runs"] if each["run"] == run["run"])
    try:
        return workbench().score(run["run"])
    except ExplorerError:
        return None


def _spec(rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    theme, order = colours(), [row["run"] for row in rows]
    scale = {"domain": order, "range": [colour_of(place) for place in range(len(order))]}
    by = {"field": "run", "type": "nominal", "scale": scale, "legend": None}
    span = {"field": "low", "type": "quantitative", "scale": {"zero": False, "nice": True}}
    tooltip = [{"field": "run", "type": "nominal"}, {"field": "said", "type": "nominal", "title": "accuracy"}]
    return {
        "title": title,
        "height": 130 + 40 * len(rows),
        "data": {"values": rows},
        "encoding": {
            "y": {"field": "run", "type": "nominal", "sort": order, "title": None, "axis": {"labelLimit": 140}},
            "color": by,
            "tooltip": tooltip,
        },
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3},
                "encoding": {
                    "x": {**span, "title": "accuracy and its interval", "axis": {"format": "~%"}},
                    "x2": {"field": "high"},
                },
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                "encoding": {"x": {"field": "accuracy", "type": "quantitative"}},
            },
        ],
        "config": {"axis": {"labelColor": theme.quiet, "titleColor": theme.quiet}},
    }
