"""The one drawing: stages stacked, input at the bottom, epochs to the right; ice is frozen, warm is learning."""

from collections.abc import Sequence

from pages.shared.colours import colours
from pages.shared.ice_layers import Scene, Spec, Stage, cells_of, stretches_of
from pages.shared.ice_words import in_words

MOST_CELLS = 600
"""Beyond, neighbours that learn alike are one bar: 30 stages of 400 epochs would be 12,000 outlines."""
ROOM_FOR_WORDS = 160
"""What title, axis and legend take of the height."""


def heat_map(
    stages: Sequence[Stage],
    *,
    best: int | None = None,
    upto: int | None = None,
    title: str = "Ice is frozen, warm is learning",
    height: int | None = None,
    bare: bool = False,
) -> Spec:
    """A Vega-Lite spec of the stages' scales.

    `best` is an epoch counted from 0, as in a run's own record; `upto` says how many epochs have been done, and what is
    still to come is paler. `height` is all of it, words included. A `bare` one is a thumbnail: without words.
    """
    epochs = max((len(stage["scales"]) for stage in stages), default=0)
    done = epochs if upto is None else min(upto, epochs)
    stretches = [each for place, stage in enumerate(stages) for each in stretches_of(place, stage["scales"], done)]
    cells = cells_of(stretches) if len(stages) * epochs <= MOST_CELLS else stretches
    scene = Scene(stages, epochs, done, bare)
    tall = height or ROOM_FOR_WORDS + max(130, min(480, 28 * len(stages)))
    layers = [scene.ice(cells), scene.warmth(cells), scene.flakes(stretches), scene.thaw_line()]
    if not bare:
        layers += [scene.rates(stretches, tall - ROOM_FOR_WORDS, best), *scene.mark_of_the_best(best)]
    return {
        "description": in_words(stages),
        "height": tall,
        "layer": [layer for layer in layers if layer],
        "resolve": {"scale": {"fill": "independent"}},
        **({} if bare else {"title": {"text": title, "anchor": "start"}}),
        **_quiet(),
    }


def _quiet() -> Spec:
    ink = colours().quiet
    words = {"labelColor": ink, "titleColor": ink}
    return {
        "config": {"view": {"stroke": None}, "axis": words, "legend": words, "title": {"color": colours().text}},
    }
