"""A path of heads over its penalties as plain Vega-Lite specs: how well the heads do, and what is left of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pages.shared.colours import colours
from pages.shared.curves import in_place

Spec = dict[str, Any]
Found = Mapping[str, Any]
Row = dict[str, Any]

HEIGHT = 220
LEGEND = 60
"""Of pixels, below the axis: lines may be anywhere above it."""


def named(penalty: float) -> str:
    """A penalty as it stands on the axis."""
    return f"{penalty:.2g}" if penalty else "none"


def accuracy(heads: Sequence[Sequence[Found]], place: int) -> Spec:
    """Each penalty's heads, one per seed: validation with its noise (of one seed) or its range (of several)."""
    rows = [
        row
        for at, same in enumerate(heads)
        for row in (_row(at, same, "val_accuracy", "validation"), _row(at, same, "train_accuracy", "training"))
    ]
    bands = [_band(at, same) for at, same in enumerate(heads)]
    best = max(row["y"] for row in rows if row["split"] == "validation")
    told = f"Validation accuracy is {best:.1%} at most along the path."
    chart = _chart(heads, place, [_area(bands), _lines(rows)], "Accuracy along the path", "right (%)", "~%", told)
    return {**chart, "height": HEIGHT + LEGEND}


def left_over(heads: Sequence[Sequence[Found]], kind: str, place: int) -> Spec:
    """How many weights are not zero (l1), or how long all of them are together (l2)."""
    field = "nonzero" if kind == "l1" else "norm"
    rows = [_row(at, same, field, "weights") for at, same in enumerate(heads)]
    known = [row for row in rows if row["y"] is not None]
    title = "Weights that are not zero" if kind == "l1" else "Length of all weights together"
    layers = [_area([row for row in known if len(heads[0]) > 1]), _lines(known, legend=False)]
    return _chart(heads, place, layers, title, "weights" if kind == "l1" else "length", "~s", f"{title}, by penalty.")


def _row(at: int, same: Sequence[Found], field: str, split: str) -> Row:
    """The mean over the seeds, and how far they reach; heads that have lost their way have no figures."""
    known = [each[field] for each in same if each["val_loss"] is not None and each[field] is not None]
    ends = {"low": min(known), "high": max(known)} if known else {"low": None, "high": None}
    mean = sum(known) / len(known) if known else None
    return {"x": at, "y": mean, "split": split, "penalty": named(same[0]["penalty"]), **ends}


def _band(at: int, same: Sequence[Found]) -> Row:
    row = _row(at, same, "val_accuracy", "validation")
    return {**row, "low": same[0]["interval"][0], "high": same[0]["interval"][1]} if len(same) == 1 else row


def _area(rows: Sequence[Row]) -> Spec | None:
    mark = {"type": "area", "opacity": 0.15, "color": colours().series[0], "tooltip": None}
    encoding = {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": encoding} if rows else None


def _lines(rows: Sequence[Row], legend: bool = True) -> Spec:
    dashes = {"domain": ["validation", "training"], "range": [[1, 0], [5, 4]]}
    ink = colours().series[0]
    stroke = {"symbolType": "stroke", "symbolSize": 500, "symbolStrokeColor": ink}
    keys = {"title": None, "orient": "bottom", **stroke}
    dashed = {"strokeDash": {"field": "split", "type": "nominal", "scale": dashes, "legend": keys}} if legend else {}
    told = [{"field": "penalty", "type": "nominal"}, {"field": "y", "type": "quantitative", "format": ".4~g"}]
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "line", "strokeWidth": 2, "color": ink, "point": len({row["x"] for row in rows}) < 3},
        "encoding": {**dashed, "tooltip": told},
    }


def _chart(
    heads: Sequence[Sequence[Found]],
    place: int,
    layers: Sequence[Spec | None],
    title: str,
    unit: str,
    form: str,
    told: str,
) -> Spec:
    names = json.dumps([named(same[0]["penalty"]) for same in heads])
    axis = {"labelExpr": f"{names}[datum.value]", "grid": False, "tickMinStep": 1, "labelOverlap": "greedy"}
    x = {
        "field": "x",
        "type": "quantitative",
        "title": "penalty, from strong to none",
        "axis": axis,
        "scale": {"domain": [-0.5, len(heads) - 0.5], "nice": False},
    }
    y = {"field": "y", "type": "quantitative", "scale": {"zero": False}, "axis": {"format": form}, "title": unit}
    rule = {"mark": {"type": "rule", "color": colours().text, "strokeDash": [2, 2]}, "data": {"values": [{"x": place}]}}
    there = [{**each, "encoding": {"x": x, "y": y, **each.get("encoding", {})}} for each in layers if each]
    marked = {**rule, "encoding": {"x": x}}
    return in_place({"title": {"text": title}, "description": told, "height": HEIGHT, "layer": [*there, marked]})
