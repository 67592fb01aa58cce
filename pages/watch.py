"""Watch: a run while it learns, and what it has become."""

import streamlit as st

from core.catalog.learners import LEARNERS
from pages.shared import details, export_fold, handing_in, live, notes, path_view, sharing, siblings
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.picker import picked_run
from pages.shared.ways import lead_to
from pages.shared.workbench import workbench

enter()

ENDED = ("done", "stopped")


def draw() -> None:
    run = picked_run("watch")
    if run is None:
        draw_beginning()
        return
    live.draw(run["run"])
    seen = workbench().follow(run["run"])
    if LEARNERS.entry(seen["learner"]).has_path and seen["state"] in ENDED and seen["accuracy"] is not None:
        path_view.draw(seen["run"])
    if seen["sweep"]:
        siblings.draw(seen["run"], seen["sweep"])
    notes.draw(seen)
    sharing.draw(seen)
    if seen["state"] in ENDED and seen["accuracy"] is not None:
        handing_in.draw([seen["run"]], "watch")
    export_fold.draw(seen)
    details.draw(seen)


def draw_beginning() -> None:
    st.subheader("There is no run to watch yet")
    st.write("Choose what learns, and from what; a first run on handwritten digits takes well under a minute.")
    if st.button("Train one", type="primary", key="watch_train"):
        lead_to("train")


with page("Watch", "A run while it learns, and what it has become."):
    draw()
