"""A run while it goes on: drawn anew every two seconds, from its record alone, until it has ended."""

import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.learners import Learner
from pages.shared import anatomy, curves, queue_view, standing, truth
from pages.shared.colours import colours
from pages.shared.dialogs import draw_page_anew
from pages.shared.folds import fold, open_once
from pages.shared.frame import mishaps_told
from pages.shared.ice import heat_map
from pages.shared.words import plain
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]
Specs = dict[str, dict[str, Any]]

DRAWN = ("thaw", "anatomy", "truth")
"""What a learner may be without."""
ENDED = ("done", "stopped", "failed", "diverged", "lost")
AXES = {"epoch": "by epoch", "step": "by step", "seconds": "by seconds"}


def seconds_between_ticks() -> float:
    """THAW_TICK=0 lets a page rest: for pictures and tests."""
    return float(os.environ.get("THAW_TICK") or 2.0)


def draw(run: str) -> None:
    """What is drawn before the first tick is the first tick."""
    state = workbench().follow(run)["state"]
    every = None if state in ENDED else seconds_between_ticks() or None
    st.fragment(tick, run_every=every)(run, state)


def tick(run: str, state: str) -> None:
    with mishaps_told():
        seen = workbench().follow(run)
        if seen["state"] != state:
            draw_page_anew()  # the picker tells the state too, and who has ended ticks no more
        standing.draw(seen)
        if seen["epochs"] or seen["steps"]:
            draw_all_curves(seen)
            if "anatomy" not in seen["without"]:
                draw_anatomy(seen)
            if "truth" not in seen["without"]:
                draw_truth(seen)
            tell_what_is_absent(seen)
        queue_view.draw(seen)


def draw_all_curves(seen: Seen) -> None:
    if seen["round"] != Learner.round and seen["planned_epochs"] == 1:
        st.caption(f"A single {seen['round']} was fitted, at once: there is no curve to draw.")
    else:
        draw_curves(seen)


def tell_what_is_absent(seen: Seen) -> None:
    """What means nothing for its learner is not drawn; why not, is said once."""
    for sentence in dict.fromkeys(seen["without"][panel] for panel in DRAWN if panel in seen["without"]):
        st.caption(sentence)


def draw_curves(seen: Seen) -> None:
    by = picked_axis() if seen["round"] == Learner.round else "epoch"
    for spec in drawn(seen["run"], seen["number"], by, colours().ground, seen).values():
        st.vega_lite_chart(spec, width="stretch")
    with fold("The curves as a table", "watch_table") as is_open:
        if is_open:
            st.dataframe(curves.rows(seen), width="stretch", hide_index=True)


def picked_axis() -> str:
    """Only what takes steps has something to be drawn between its epochs."""
    key = {"default": "epoch", "required": True, "key": "watch_by"}
    return st.segmented_control("Curves", AXES, format_func=AXES.__getitem__, **key) or "epoch"


@st.cache_resource(show_spinner=False, max_entries=30)
def drawn(run: str, number: int, by: str, ground: str, _seen: Seen) -> Specs:
    """Made once for all who watch: a run that has said nothing new looks as it did."""
    specs = {"loss": curves.loss(_seen, by), "accuracy": curves.accuracy(_seen, by)}
    if "thaw" not in _seen["without"] and any(stage["scales"] for stage in _seen["stages"]):
        specs["thaw"] = thaw_strip(_seen)
    return specs


def thaw_strip(seen: Seen) -> dict[str, Any]:
    best = seen["best"] and seen["best"]["epoch"]
    strip = heat_map(seen["stages"], best=best, upto=seen["epochs_done"], title="What is frozen, and what learns")
    return curves.in_place(strip, titled=False)


def draw_anatomy(seen: Seen) -> None:
    with fold(anatomy.title(seen), "watch_anatomy") as is_open:
        if is_open and seen["epochs"]:
            st.vega_lite_chart(anatomy.spec(seen), width="stretch")
            st.dataframe(anatomy.rows(seen), width="stretch", hide_index=True, height=210)


def draw_truth(seen: Seen) -> None:
    if seen["alarms"]:
        open_once("watch_truth", seen["run"])
    with fold(truth.title(seen), "watch_truth") as is_open:
        if is_open and seen["epochs"]:
            for alarm in seen["alarms"]:
                st.error(plain(alarm["sentence"]))
            _draw_meter(seen)


def _draw_meter(seen: Seen) -> None:
    measures = truth.MEASURES
    measure = st.segmented_control(
        "Measure", measures, format_func=measures.__getitem__, default="moved", required=True, key="watch_measure"
    )
    st.vega_lite_chart(truth.spec(seen, measure or "moved"), width="stretch")
    st.caption("After the last epoch:")
    st.dataframe(truth.rows(seen), width="stretch", hide_index=True)
