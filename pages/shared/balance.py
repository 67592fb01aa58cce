"""How the pictures are shared out among the classes, drawn as bars."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from pages.shared.colours import colours

NAMED = 40
"""Classes up to which each bar has its name beside it."""
ROW = 22
LINE = 38
"""Letters of a title that fit on a phone."""
NAMES = {"train": "training", "val": "validation", "test": "test"}


def balance(classes: Sequence[Mapping[str, Any]], splits: Sequence[str], imbalance: float | None) -> dict[str, Any]:
    """A Vega-Lite spec: a bar for each class, its splits end to end."""
    parts = splits or ["pictures"]
    rows = [
        {"class": each["label"], "split": NAMES.get(split, split), "pictures": each[split], "order": order}
        for each in classes
        for order, split in enumerate(parts)
    ]
    look, named = colours(), len(classes) <= NAMED
    labels = {"labelColor": look.quiet, "titleColor": look.quiet}
    return {
        "title": {"text": wrap(_title(len(classes), imbalance), LINE), "color": look.text, "anchor": "start"},
        "data": {"values": rows},
        "mark": {"type": "bar", "height": {"band": 0.75 if named else 1}},
        "height": {"step": ROW} if named else 420,
        "encoding": {
            "y": {
                "field": "class",
                "type": "nominal",
                "sort": [each["label"] for each in classes],
                "title": "class",
                "axis": {**labels, "labels": named, "ticks": named, "labelLimit": 140},
            },
            "x": {
                "field": "pictures",
                "type": "quantitative",
                "title": "pictures",
                "axis": {**labels, "tickMinStep": 1, "format": ",d", "gridOpacity": 0.3},
            },
            "color": {
                "field": "split",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [NAMES.get(split, split) for split in parts], "range": list(look.series)},
                "legend": {"orient": "top", "labelColor": look.quiet, "columns": 2},
            },
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [{"field": field} for field in ("class", "split", "pictures")],
        },
    }


def _title(count: int, imbalance: float | None) -> str:
    if imbalance is None:
        return f"How many pictures the {count:,} classes have"
    if imbalance < 1.05:
        return f"The {count:,} classes have about the same number of training pictures"
    return f"The largest class has {imbalance:,.1f} times the training pictures of the smallest"
