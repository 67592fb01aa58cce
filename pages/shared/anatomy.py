"""The anatomy of the loss: what each penalty adds to the cross-entropy, over the epochs."""

from collections.abc import Mapping
from typing import Any

from core.catalog.regularizers import REGULARIZERS
from pages.shared.colours import colours
from pages.shared.curves import HEIGHT, Spec, axis_of, in_place, place_of

Seen = Mapping[str, Any]

ENTROPY = "cross_entropy"


def title(seen: Seen) -> str:
    """ "Loss anatomy: penalties are 12% of the loss" """
    if not seen["epochs"]:
        return "Loss anatomy: nothing learned yet"
    losses = {name: value or 0.0 for name, value in seen["epochs"][-1]["losses"].items()}
    if list(losses) == [ENTROPY]:
        return "Loss anatomy: cross-entropy alone, no penalty"
    added = [name for name in losses if name != ENTROPY]
    share = sum(losses[name] for name in added) / max(sum(losses.values()), 1e-12)
    penalties = all(name in REGULARIZERS for name in added)
    return f"Loss anatomy: {'penalties are' if penalties else f'{told(added[0])} is'} {share:.1%} of the loss"


def names(seen: Seen) -> list[str]:
    """Cross-entropy at the bottom, the penalties upon it."""
    found = {name: None for each in seen["epochs"] for name in each["losses"]}
    return sorted(found, key=lambda name: name != ENTROPY)


def spec(seen: Seen) -> Spec:
    """The parts upon each other; their height is the whole loss."""
    parts = names(seen)
    points = [
        {"x": place_of(each, "epoch"), "y": each["losses"].get(name) or 0.0, "part": told(name), "order": place}
        for each in seen["epochs"]
        for place, name in enumerate(parts)
    ]
    inks = (colours().series * len(parts))[: len(parts)]
    layer = {
        "data": {"values": points},
        "mark": {"type": "area" if len(seen["epochs"]) > 1 else "bar", "opacity": 0.85, "tooltip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", **axis_of(seen, "epoch")},
            "y": {"field": "y", "type": "quantitative", "stack": "zero", "title": "training loss (nats)"},
            "order": {"field": "order", "type": "quantitative"},
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {"domain": [told(name) for name in parts], "range": list(inks)},
                "legend": {"title": None, "orient": "top-right"},
            },
        },
    }
    words = f"The parts of the training loss: {', '.join(told(name) for name in parts)}."
    return in_place({"title": {"text": "What the loss is made of"}, "description": words, "height": HEIGHT, **layer})


def rows(seen: Seen) -> list[dict[str, Any]]:
    parts = names(seen)
    return [
        {"epoch": round(each["epoch"] + 1, 1), **{told(name): each["losses"].get(name) for name in parts}}
        for each in seen["epochs"]
    ]


def told(name: str) -> str:
    return name.replace("_", "-") if name == ENTROPY else name
