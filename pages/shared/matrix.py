"""Confusion matrices, drawn from plain rows: one to pick a cell of, and two with what sets them apart."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.colours import DIFFERENCE, INK, colours

Spec = dict[str, Any]
Counts = Sequence[Sequence[int]]
Cell = tuple[str, str]
"""A true and a predicted class."""

LARGEST_MATRIX = 44
"""Above, Streamlit draws on a canvas and cells are too small to read: the table of confusions says more."""
LARGEST_ON_A_PHONE = 12
CELL = "cell"
"""The name of the selection."""


def draw(labels: Sequence[str], counts: Counts, title: str, key: str, chosen: Cell, shares: bool = False) -> None:
    """True classes downward, predicted ones to the right; a cell can be clicked, and the chosen one is outlined."""
    drawn = spec(labels, counts, title, shares)
    clickable, *others = drawn["layer"]
    clickable["params"] = [
        {"name": CELL, "select": {"type": "point", "fields": ["true", "predicted"], "toggle": False}}
    ]
    drawn["layer"] = [clickable, *others, _outline(chosen)]
    st.vega_lite_chart(spec=drawn, width="stretch", key=key, on_select="rerun", alt=title)


def _outline(chosen: Cell) -> Spec:
    place = dict(zip(("true", "predicted"), chosen, strict=True))
    mark = {"type": "rect", "filled": False, "stroke": colours().series[1], "strokeWidth": 3}
    return {"data": {"values": [place]}, "mark": {**mark, "tooltip": None}}


def clicked(key: str) -> Cell | None:
    """The cell that was clicked last in the matrix of this key: its true and its predicted class."""
    said = st.session_state.get(key) or {}
    points = said.get("selection", {}).get(CELL) or []
    return (points[0]["true"], points[0]["predicted"]) if points else None


def spec(labels: Sequence[str], counts: Counts, title: str, shares: bool = False) -> Spec:
    """Shaded by the share of the true class."""
    rows = [
        {"true": labels[i], "predicted": labels[j], "pictures": count, "share": count / max(1, sum(row))}
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
    ]
    theme = colours()
    shade = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "range": [theme.ground, theme.fullest_cell], "interpolate": "rgb"},
        "legend": None,
    }
    mark = {"type": "rect", "cursor": "pointer", "stroke": theme.fullest_cell, "strokeWidth": 0.4}
    cells = {"mark": mark, "encoding": {"color": shade}}
    figures = {"field": "share", "format": ".0%"} if shares else {"field": "pictures"}
    return _layered(labels, rows, title, cells, {**figures, "type": "quantitative"}, {"value": theme.text})


def difference_spec(labels: Sequence[str], counts: Counts, title: str) -> Spec:
    """Signed counts: blue where the second has more, orange where the first has."""
    rows = [
        {"true": labels[i], "predicted": labels[j], "pictures": count}
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
    ]
    far = max(1, *(abs(row["pictures"]) for row in rows))
    shade = {
        "field": "pictures",
        "type": "quantitative",
        "scale": {"domain": [-far, 0, far], "range": list(DIFFERENCE), "interpolate": "rgb"},
        "legend": None,
    }
    cells = {"mark": {"type": "rect", "stroke": DIFFERENCE[1], "strokeWidth": 0.4}, "encoding": {"color": shade}}
    strong = f"abs(datum.pictures) > {0.55 * far}"
    ink = {"condition": {"test": strong, "value": "#FFFFFF"}, "value": INK}
    return _layered(labels, rows, title, cells, {"field": "pictures", "format": "+d", "type": "quantitative"}, ink)


def _layered(labels: Sequence[str], rows: list[Spec], title: str, cells: Spec, text: Spec, ink: Spec) -> Spec:
    ink_of_axes = {"labelColor": colours().quiet, "titleColor": colours().quiet, "labelLimit": 90}
    order = list(labels)
    tilted = {"labelAngle": 0 if max(map(len, order), default=0) * len(order) <= 48 else -60}
    tooltip = [{"field": name, "type": "nominal"} for name in ("true", "predicted")]
    figures = {
        "transform": [{"filter": "datum.pictures != 0"}],
        "mark": {"type": "text", "fontSize": 12 if len(order) <= 20 else 9, "tooltip": None},
        "encoding": {"text": text, "color": ink},
    }
    return {
        "title": title,
        "height": max(220, min(900, 34 * len(order))),
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "predicted", "type": "nominal", "sort": order, "title": "predicted class", "axis": tilted},
            "y": {"field": "true", "type": "nominal", "sort": order, "title": "true class"},
            "tooltip": [*tooltip, {"field": "pictures", "type": "quantitative"}],
        },
        "layer": [cells, figures],
        "config": {"axis": ink_of_axes},
    }
