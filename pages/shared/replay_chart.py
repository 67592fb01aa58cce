"""Published figures beside ours: a dot with its interval for each, a line where the report's figure lies."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.shared.colours import colours

HEAD, STEP = 130, 40
"""Pixels that title and axis take, and a row."""


def spec(rows: Sequence[Mapping[str, Any]], title: str) -> dict[str, Any]:
    theme = colours()
    claims = list(dict.fromkeys(row["claim"] for row in rows))
    y = {"field": "claim", "type": "nominal", "sort": claims, "title": None, "axis": {"labelLimit": 130}}
    axis = {
        "title": "accuracy and its interval",
        "axis": {"format": "~%", "tickCount": 5},
        "scale": {"zero": False, "nice": True},
    }
    ours = {"field": "outcome", "type": "quantitative", **axis}
    tooltip = [{"field": "claim", "title": "member"}, {"field": "said", "title": "here"}]
    return {
        "title": {"text": title, "anchor": "start"},
        "height": HEAD + STEP * len(claims),
        "data": {"values": [dict(row) for row in rows]},
        "encoding": {"y": y, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 3, "color": theme.series[0]},
                "encoding": {"x": {"field": "low", "type": "quantitative", **axis}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1, "color": theme.series[0]},
                "encoding": {"x": ours},
            },
            *_published(rows, theme.series[1]),
        ],
        "config": {"axis": {"labelColor": theme.quiet, "titleColor": theme.quiet}},
    }


def _published(rows: Sequence[Mapping[str, Any]], colour: str) -> list[dict[str, Any]]:
    """A tick for each published figure, where there is one to stand beside."""
    if all(row["published"] is None for row in rows):
        return []
    x = {"field": "published", "type": "quantitative"}
    mark = {"type": "tick", "thickness": 4, "size": 26, "color": colour}
    words = {"type": "text", "dy": -18, "fontSize": 12, "color": colour}
    return [
        {"mark": mark, "encoding": {"x": x}},
        {"mark": words, "encoding": {"x": x, "text": {"value": "published"}}},
    ]
