"""The layers of the one drawing: ice, warmth, snow, the rates, the thaw line, the best epoch."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.shared.colours import ICE, INK, WARMTH, colours
from pages.shared.ice_words import share

Stage = Mapping[str, Any]
"""`name`, `parameters`, and `scales`: the factor on the rate in each epoch, 0 where frozen."""
Spec = dict[str, Any]

FLAKE = "M0,-1L0,1M-0.87,-0.5L0.87,0.5M-0.87,0.5L0.87,-0.5"
FLAKE_IN_A_SQUARE = "M-1,-1L1,-1L1,1L-1,1ZM0,-.7L0,.7M-.61,-.35L.61,.35M-.61,.35L.61,-.35"
FLAKES_ACROSS = 14
SLOWEST = 0.005
"""Where the warm colours begin; slower ones look the same, and the words tell."""


@dataclass(frozen=True)
class Stretch:
    """Epochs side by side (counted from 1, the last one included) in which one stage has one scale."""

    stage: int
    first: int
    last: int
    scale: float


def stretches_of(stage: int, scales: Sequence[float], done: int) -> Iterator[Stretch]:
    """The epochs of one stage, cut where its scale changes and where the present is."""
    begin = 0
    for epoch in range(1, len(scales) + 1):
        if epoch == len(scales) or scales[epoch] != scales[begin] or epoch == done:
            yield Stretch(stage, begin + 1, epoch, scales[begin])
            begin = epoch


def cells_of(stretches: Sequence[Stretch]) -> list[Stretch]:
    return [
        Stretch(each.stage, epoch, epoch, each.scale)
        for each in stretches
        for epoch in range(each.first, each.last + 1)
    ]


def _middle(stretch: Stretch, avoided: int | None) -> float:
    """Of its epochs, or the one before if that is avoided (counted from 0)."""
    middle = (stretch.first + stretch.last) / 2
    return middle - 1 if avoided is not None and middle == avoided + 1 and stretch.first < middle else middle


@dataclass(frozen=True)
class Scene:
    """The layers of one drawing; epoch e lies between e - 0.5 and e + 0.5, stage s between s and s + 1."""

    stages: Sequence[Stage]
    epochs: int
    done: int
    bare: bool

    def ice(self, cells: Sequence[Stretch]) -> Spec | None:
        legend = {"title": None, "symbolType": FLAKE_IN_A_SQUARE, "symbolStrokeColor": INK, "orient": "bottom"}
        legend |= {"symbolFillColor": ICE, "symbolSize": 160, "symbolStrokeWidth": 0.8}
        scale = {"domain": ["frozen"], "range": [ICE]}
        fill = {"datum": "frozen", "type": "nominal", "scale": scale, "legend": None if self.bare else legend}
        return self._bars([each for each in cells if not each.scale], fill)

    def warmth(self, cells: Sequence[Stretch]) -> Spec | None:
        legend = {
            "title": "learns at this share of the rate",
            "titleLimit": 240,
            "orient": "bottom",
            "direction": "horizontal",
            "format": "~%",
            "values": [0.01, 0.1, 1],
            "gradientLength": 140,
        }
        scale = {"type": "log", "domain": [SLOWEST, 1], "range": list(WARMTH), "interpolate": "rgb", "clamp": True}
        fill = {"field": "scale", "type": "quantitative", "scale": scale, "legend": None if self.bare else legend}
        return self._bars([each for each in cells if each.scale], fill)

    def _bars(self, cells: Sequence[Stretch], fill: Spec) -> Spec | None:
        if not cells:
            return None
        return {
            "data": {"values": [self._row(each) for each in cells]},
            "mark": {"type": "rect", "stroke": INK, "strokeOpacity": 0.45, "strokeWidth": 0.6},
            "encoding": {
                "x": self._x("from"),
                "x2": {"field": "to"},
                "y": self._y("low"),
                "y2": {"field": "high"},
                "fill": fill,
                "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
                "tooltip": [{"field": each, "type": "nominal"} for each in ("stage", "epochs", "learns", "parameters")],
            },
        }

    def _row(self, cell: Stretch) -> Spec:
        stage = self.stages[cell.stage]
        one = cell.first == cell.last
        return {
            "from": cell.first - 0.5,
            "to": cell.last + 0.5,
            "low": cell.stage,
            "high": cell.stage + 1,
            "scale": cell.scale,
            "opacity": 1 if cell.last <= self.done else 0.4,
            "stage": stage["name"],
            "epochs": str(cell.first) if one else f"{cell.first} to {cell.last}",
            "learns": f"at {share(cell.scale)} of the rate" if cell.scale else "frozen",
            "parameters": f"{stage.get('parameters', 0):,}",
        }

    def flakes(self, stretches: Sequence[Stretch]) -> Spec | None:
        """Snow on the ice, so that colour is never the only sign: about one in every few epochs, and one at least."""
        every = max(1, -(-self.epochs // FLAKES_ACROSS))
        rows = []
        for each in (each for each in stretches if not each.scale):
            length = each.last - each.first + 1
            count = max(1, length // every)
            for place in range(count):
                x = each.first - 0.5 + length * (place + 0.5) / count
                rows.append({"x": x, "y": each.stage + 0.5, "ink": self._ink(each)})
        shape = {"type": "point", "shape": FLAKE, "size": 8 if self.bare else 40, "strokeWidth": 1, "filled": False}
        return self._marks(rows, shape, {"stroke": {"field": "ink", "type": "nominal", "scale": None}})

    def rates(self, stretches: Sequence[Stretch], height: int, best: int | None) -> Spec | None:
        """What a slower stage learns at, written where there is room for it, and not upon the line of the best."""
        if height / max(1, len(self.stages)) < 14:
            return None
        slower = [each for each in stretches if 0 < each.scale != 1]
        roomy = [each for each in slower if each.last - each.first + 1 >= 0.2 * self.epochs]
        rows = [
            {
                "x": _middle(each, best),
                "y": each.stage + 0.5,
                "says": share(each.scale),
                "ink": self._ink(each),
            }
            for each in roomy
        ]
        ink = {"field": "ink", "type": "nominal", "scale": None}
        return self._marks(rows, {"type": "text", "fontSize": 11}, {"text": {"field": "says"}, "color": ink})

    def thaw_line(self) -> Spec | None:
        """The border between what is frozen and what learns."""
        rows = list(self._borders())
        if not rows:
            return None
        return {
            "data": {"values": rows},
            "mark": {"type": "rule", "stroke": colours().text, "strokeWidth": 1 if self.bare else 2.5},
            "encoding": {"x": self._x("x"), "x2": {"field": "x2"}, "y": self._y("y"), "y2": {"field": "y2"}},
        }

    def _borders(self) -> Iterator[Spec]:
        learns = [[scale > 0 for scale in stage["scales"]] for stage in self.stages]
        for above in range(1, len(learns)):
            between = [float(one != two) for one, two in zip(learns[above - 1], learns[above], strict=True)]
            for each in stretches_of(above, between, 0):
                if each.scale:
                    yield {"x": each.first - 0.5, "x2": each.last + 0.5, "y": above, "y2": above}
        for stage, over_time in enumerate(learns):
            for epoch in range(1, len(over_time)):
                if over_time[epoch] != over_time[epoch - 1]:
                    yield {"x": epoch + 0.5, "x2": epoch + 0.5, "y": stage, "y2": stage + 1}

    def mark_of_the_best(self, best: int | None) -> list[Spec]:
        if best is None or not 0 <= best < self.epochs:
            return []
        rows = [{"x": best + 1, "y": 0, "y2": len(self.stages), "says": "best"}]
        line = self._marks(rows, {"type": "rule", "stroke": INK, "strokeDash": [2, 3]}, {"y2": {"field": "y2"}})
        word = {"type": "text", "dy": -7, "fontWeight": "bold", "fontSize": 11, "color": colours().text}
        top = [{**rows[0], "y": len(self.stages)}]
        label = self._marks(top, word, {"text": {"field": "says"}})
        return [each for each in (line, label) if each]

    def _marks(self, rows: list[Spec], mark: Spec, encoding: Spec) -> Spec | None:
        if not rows:
            return None
        places = {"x": self._x("x"), "y": self._y("y")}
        return {"data": {"values": rows}, "mark": {**mark, "tooltip": None}, "encoding": {**places, **encoding}}

    def _ink(self, cell: Stretch) -> str:
        return INK if cell.last <= self.done else colours().text

    def _x(self, field: str) -> Spec:
        axis = {"format": "d", "tickMinStep": 1, "grid": False}
        scale = {"domain": [0.5, max(self.epochs, 1) + 0.5], "nice": False, "zero": False}
        return self._place(field, {"title": "epoch", "scale": scale, "axis": None if self.bare else axis})

    def _y(self, field: str) -> Spec:
        """Names stand in the middle of their stages."""
        names = json.dumps([str(stage["name"]) for stage in self.stages])
        axis = {
            "values": [place + 0.5 for place in range(len(self.stages))],
            "labelExpr": f"{names}[floor(datum.value)]",
            "labelOverlap": "greedy",
            "ticks": False,
            "domain": False,
            "grid": False,
        }
        scale = {"domain": [0, max(len(self.stages), 1)], "nice": False}
        return self._place(field, {"title": None, "scale": scale, "axis": None if self.bare else axis})

    def _place(self, field: str, facts: Spec) -> Spec:
        return {"field": field, "type": "quantitative", **facts}
