"""The freeze truth meter: whether what was to be frozen stayed as it was, stage by stage."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pages.shared.colours import ICE, INK, WARMTH, colours
from pages.shared.curves import Spec, axis_of, in_place

Seen = Mapping[str, Any]

MEASURES = {
    "moved": "Distance from the start",
    "gradient": "Gradient norm",
    "norm_drift": "BatchNorm drift",
}
TITLES = {
    "moved": "How far the weights have moved",
    "gradient": "How strongly it was pulled",
    "norm_drift": "How far the norms have drifted",
}


def title(seen: Seen) -> str:
    """ "Freeze truth: 1 alarm" """
    if not seen["epochs"]:
        return "Freeze truth: nothing measured yet"
    if alarms := seen["alarms"]:
        return f"Freeze truth: {len(alarms)} {'alarm' if len(alarms) == 1 else 'alarms'}"
    frozen = any(not stage["scale"] for each in seen["epochs"] for stage in each["stages"])
    return "Freeze truth: what was frozen stayed as it was" if frozen else "Freeze truth: nothing was frozen"


def spec(seen: Seen, measure: str) -> Spec:
    """Stages upon each other as in the drawing above; ice is exactly nought, what warms is further off."""
    stages = names(seen)
    cells = _cells(seen, measure, stages)
    still, moving = [each for each in cells if not each["value"]], [each for each in cells if each["value"]]
    top = max((each["value"] for each in moving), default=1.0)
    low = max(min((each["value"] for each in moving), default=top), top / 1000)
    warm = {"type": "log", "domain": [low, max(top, low * 1.001)], "range": list(WARMTH), "clamp": True}
    legend = {"title": MEASURES[measure], "orient": "bottom", "format": ".2~g", "gradientLength": 160, "tickCount": 4}
    layers = [
        _bars(still, {"value": ICE}, seen, stages),
        _bars(moving, {"field": "value", "type": "quantitative", "scale": warm, "legend": legend}, seen, stages),
        _alarms(seen, measure, stages),
    ]
    there = [each for each in layers if each]
    height = 190 + max(110, min(420, 26 * len(stages)))
    title = {"text": TITLES[measure], "subtitle": "blue is exactly 0", "subtitleColor": colours().quiet}
    words = f"{MEASURES[measure]} per stage and epoch; the table below tells the same."
    resolve = {"scale": {"fill": "independent"}}
    drawing = {"title": title, "description": words, "height": height, "layer": there, "resolve": resolve}
    return in_place(drawing, titled=False)


def names(seen: Seen) -> list[str]:
    return [stage["name"] for stage in seen["epochs"][-1]["stages"]]


def rows(seen: Seen) -> list[dict[str, Any]]:
    """Each stage after the last epoch, head first."""
    return [
        {
            "stage": stage["name"],
            "learns": bool(stage["scale"]),
            "learning rate": stage["lr"],
            "gradient norm": stage["gradient"],
            "distance from the start": stage["moved"],
            "BatchNorm drift": stage["norm_drift"],
        }
        for stage in reversed(seen["epochs"][-1]["stages"])
    ]


def _cells(seen: Seen, measure: str, stages: Sequence[str]) -> list[dict[str, Any]]:
    epochs = seen["epochs"]
    ends = [each["epoch"] + 1.5 for each in epochs]
    begins = [0.5, *ends[:-1]]
    return [
        {
            "from": begin,
            "to": end,
            "low": stages.index(stage["name"]),
            "high": stages.index(stage["name"]) + 1,
            "value": stage[measure] or 0.0,
            "stage": stage["name"],
            "was": "learning" if stage["scale"] else "frozen",
            "epoch": round(each["epoch"] + 1, 1),
        }
        for begin, end, each in zip(begins, ends, epochs, strict=True)
        for stage in each["stages"]
    ]


def _bars(cells: list[dict[str, Any]], fill: Spec, seen: Seen, stages: Sequence[str]) -> Spec | None:
    if not cells:
        return None
    edge = {} if len(seen["epochs"]) > 60 else {"stroke": INK, "strokeOpacity": 0.45, "strokeWidth": 0.6}
    told = [{"field": name, "type": "nominal"} for name in ("stage", "epoch", "was", "value")]
    return {
        "data": {"values": cells},
        "mark": {"type": "rect", **edge},
        "encoding": {**_place(seen, stages, "from", "low"), **_ends(), "fill": fill, "tooltip": told},
    }


def _alarms(seen: Seen, measure: str, stages: Sequence[str]) -> Spec | None:
    """An exclamation mark where something moved first though it was frozen."""
    found = [each for each in seen["alarms"] if each["what"] == measure and each["stage"] in stages]
    points = [{"from": each["epoch"] + 1, "low": stages.index(each["stage"]) + 0.5, "says": "!"} for each in found]
    if not points:
        return None
    mark = {"type": "text", "fontSize": 18, "fontWeight": "bold", "color": INK, "tooltip": None}
    text = {"text": {"field": "says", "type": "nominal"}}
    return {"data": {"values": points}, "mark": mark, "encoding": {**_place(seen, stages, "from", "low"), **text}}


def _place(seen: Seen, stages: Sequence[str], x: str, y: str) -> Spec:
    """Names stand in the middle of their stages."""
    axis = {
        "values": [place + 0.5 for place in range(len(stages))],
        "labelExpr": f"{json.dumps(list(stages))}[floor(datum.value)]",
        "labelOverlap": "greedy",
        "ticks": False,
        "domain": False,
        "grid": False,
    }
    scale = {"domain": [0, max(len(stages), 1)], "nice": False}
    return {
        "x": {"field": x, "type": "quantitative", **axis_of(seen, "epoch")},
        "y": {"field": y, "type": "quantitative", "title": None, "scale": scale, "axis": axis},
    }


def _ends() -> Spec:
    return {"x2": {"field": "to"}, "y2": {"field": "high"}}
