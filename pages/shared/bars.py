"""Bars of shares that stand under names: what each says is written at its end."""

from collections.abc import Sequence
from typing import Any

from pages.shared.colours import colours
from pages.shared.words import percent

ROOM_FOR_WORDS = 1.2
STEP = 26
"""Pixels that a bar takes."""


def bars(names: Sequence[str], shares: Sequence[float], title: str, subtitle: str, unit: str) -> dict[str, Any]:
    """A Vega-Lite drawing; the names may be anything, they stay text."""
    ink = colours()
    rows = [{"name": name, "share": value, "words": percent(value)} for name, value in zip(names, shares, strict=True)]
    x = {
        "field": "share",
        "type": "quantitative",
        "title": unit,
        "scale": {"domain": [0, ROOM_FOR_WORDS]},
        "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "grid": False},
    }
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 140}}
    words = {"type": "text", "align": "left", "dx": 4, "color": ink.text, "fontSize": 13}
    return {
        "title": {"text": title, "subtitle": subtitle, "anchor": "start", "subtitleColor": ink.quiet},
        "data": {"values": rows},
        "height": {"step": STEP},
        "encoding": {
            "y": y,
            "x": x,
            "tooltip": [{"field": "name", "title": "class"}, {"field": "words", "title": unit}],
        },
        "layer": [
            {"mark": {"type": "bar", "color": ink.series[0], "height": {"band": 0.7}}},
            {"mark": words, "encoding": {"text": {"field": "words"}}},
        ],
        "config": {"axis": {"labelColor": ink.quiet, "titleColor": ink.quiet, "labelFontSize": 13}},
    }
