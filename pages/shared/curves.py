"""The curves of one run as plain Vega-Lite specs: loss and accuracy, by epoch, step or second.

Validation is solid and training dashed, in one colour; what single steps say lies pale behind their running mean.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.catalog.learners import Learner
from pages.shared.colours import colours

Spec = dict[str, Any]
Row = dict[str, Any]
Seen = Mapping[str, Any]

AXES = {"epoch": "epoch", "step": "step", "seconds": "time (s)"}
LABELS = 44
TITLE = 29
"""Pixels left of each drawing, for labels and a title: the epochs of all of them stand above each other."""
HEIGHT = 370


def loss(seen: Seen, by: str) -> Spec:
    """By epoch the mean of each; by step or second what the steps themselves said."""
    epochs, steps = seen["epochs"], seen["steps"] if by != "epoch" else []
    validation = _points(epochs, by, "val_loss", "validation")
    training = _points(epochs, by, "train_loss", "training") if not steps else _points(steps, by, "smooth", "training")
    raw = _points(steps, by, "loss", "single steps")
    best = seen["best"]
    layers = [
        _raw(raw),
        _lines(validation + training, ".3~g", dotted=seen["round"] != Learner.round),
        *_best(seen, by, best and best["val_loss"], ".3f"),
    ]
    return _chart(layers, seen, by, "Loss: lower is better", "loss (nats)", ".3~g", _told(validation, "loss", ".3f"))


def accuracy(seen: Seen, by: str) -> Spec:
    """With the noise of validation: how far its figure may be off, for so many pictures."""
    epochs = seen["epochs"]
    validation = _points(epochs, by, "val_accuracy", "validation")
    training = _points(epochs, by, "train_accuracy", "training")
    layers = [
        _band(epochs, by),
        _lines(validation + training, ".1%", dotted=seen["round"] != Learner.round),
        *_best(seen, by, seen["best"] and seen["best"]["val_accuracy"], ".1%"),
    ]
    told = _told(validation, "accuracy", ".1%")
    return _chart(layers, seen, by, "Accuracy: higher is better", "right (%)", "~%", told)


def rows(seen: Seen) -> list[Row]:
    """The same as a table."""
    return [
        {
            seen["round"]: round(each["epoch"] + 1, 1),
            "training loss": each["train_loss"],
            "validation loss": each["val_loss"],
            "training accuracy": each["train_accuracy"],
            "validation accuracy": each["val_accuracy"],
            "from": (each["val_interval"] or [None, None])[0],
            "to": (each["val_interval"] or [None, None])[1],
            "seconds": round(each["seconds"], 1),
        }
        for each in seen["epochs"]
    ]


def last_epoch(seen: Seen) -> float:
    """Where the axis of epochs ends: where the drawing of the stages does."""
    drawn = max((len(stage["scales"]) for stage in seen["stages"]), default=0)
    return drawn or seen["epochs_drawn"]


def place_of(each: Seen, by: str) -> float:
    """Where an epoch or a step stands; epochs are counted from 1, and a step lies within its epoch."""
    return each["epoch"] + 1 if by == "epoch" else each[by]


def axis_of(seen: Seen, by: str) -> Spec:
    axis: Spec = {
        "title": seen["round"] if by == "epoch" else AXES[by],
        "axis": {"grid": False, "tickMinStep": 1, "format": ",d"},
    }
    domain = [0.5, last_epoch(seen) + 0.5] if by == "epoch" else None
    return {**axis, "scale": {"domain": domain, "nice": False} if domain else {"zero": True, "nice": False}}


def in_place(spec: Spec, titled: bool = True) -> Spec:
    """With a margin of a fixed width, whether or not the axis there has a title, and words in quiet ink."""
    ink = colours().quiet
    words = {"labelColor": ink, "titleColor": ink}
    room = LABELS if titled else LABELS + TITLE
    margin = {"minExtent": room, "maxExtent": room, "labelLimit": room, "titleAnchor": "middle"}
    config = {"axis": words, "axisY": margin, "legend": words, "title": {"color": colours().text, "anchor": "start"}}
    return {**spec, "config": {**spec.get("config", {}), **config, "view": {"stroke": None}}}


def _points(rows: Sequence[Seen], by: str, field: str, split: str) -> list[Row]:
    known = [each for each in rows if each.get(field) is not None]
    return [{"x": place_of(each, by), "y": each[field], "split": split} for each in known]


def _lines(points: list[Row], form: str, dotted: bool) -> Spec:
    """What does not lie on one way, each fitted apart, is dotted. Lines may be anywhere, so their key stands above."""
    dashes = {"domain": ["validation", "training"], "range": [[1, 0], [5, 4]]}
    alone = dotted or len(points) <= 2
    return {
        "data": {"values": points},
        "mark": {"type": "line", "strokeWidth": 2, "color": colours().series[0], "point": alone},
        "encoding": {
            "strokeDash": {
                "field": "split",
                "type": "nominal",
                "scale": dashes,
                "legend": {
                    "title": None,
                    "orient": "top",
                    "symbolType": "stroke",
                    "symbolSize": 500,
                    "symbolStrokeColor": colours().series[0],
                },
            },
            "tooltip": [
                {"field": "split", "type": "nominal"},
                {"field": "x", "type": "quantitative", "format": ".4~g"},
                {"field": "y", "type": "quantitative", "format": form},
            ],
        },
    }


def _raw(points: list[Row]) -> Spec | None:
    mark = {"type": "line", "strokeWidth": 1, "opacity": 0.35, "color": colours().series[0], "tooltip": None}
    return {"data": {"values": points}, "mark": mark} if points else None


def _band(epochs: Sequence[Seen], by: str) -> Spec | None:
    known = [each for each in epochs if each["val_interval"]]
    points = [
        {"x": place_of(each, by), "y": each["val_interval"][0], "high": each["val_interval"][1]} for each in known
    ]
    mark = {"type": "area", "opacity": 0.15, "color": colours().series[0], "tooltip": None}
    return {"data": {"values": points}, "mark": mark, "encoding": {"y2": {"field": "high"}}} if points else None


def _best(seen: Seen, by: str, value: float | None, form: str) -> list[Spec]:
    """The best epoch as a dot with its figure; thinning must not move it."""
    if value is None:
        return []
    at = [{"x": _place_of_best(seen, by), "y": value, "says": f"best: {value:{form}}"}]
    ink = colours().text
    dot = {"type": "point", "filled": True, "size": 80, "opacity": 1, "color": colours().series[0], "tooltip": None}
    word = {"type": "text", "dy": -12, "fontWeight": "bold", "color": ink, "tooltip": None}
    halo = {**word, "color": colours().ground, "stroke": colours().ground, "strokeWidth": 4, "strokeJoin": "round"}
    text = {"text": {"field": "says", "type": "nominal"}}
    words = [{"data": {"values": at}, "mark": mark, "encoding": text} for mark in (halo, word)]
    return [{"data": {"values": at}, "mark": dot}, *words]


def _place_of_best(seen: Seen, by: str) -> float:
    best = seen["best"]["epoch"]
    if by == "epoch":
        return best + 1
    return min(seen["epochs"], key=lambda each: abs(each["epoch"] - best), default={by: 0})[by]


def _chart(layers: Sequence[Spec | None], seen: Seen, by: str, title: str, unit: str, form: str, told: str) -> Spec:
    y = {"field": "y", "type": "quantitative", "scale": {"zero": False}, "axis": {"format": form}, "title": unit}
    x = {"field": "x", "type": "quantitative", **axis_of(seen, by)}
    there = [each for each in layers if each]
    whole = [{**each, "encoding": {"x": x, "y": y, **each.get("encoding", {})}} for each in there]
    return in_place({"title": {"text": title}, "description": told, "height": HEIGHT, "layer": whole})


def _told(validation: Sequence[Row], what: str, form: str) -> str:
    if not validation:
        return f"Validation {what} is not known yet."
    first, last = validation[0]["y"], validation[-1]["y"]
    return f"Validation {what} went from {first:{form}} to {last:{form}}."
