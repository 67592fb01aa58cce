"""The sweeps as a table, newest first; a row leads to the best run of one."""

import streamlit as st

from pages.shared.folds import fold
from pages.shared.picker import go_to
from pages.shared.words import ago
from pages.shared.workbench import workbench

AT_ONCE = 50


def draw() -> None:
    with fold("Sweeps", "home_sweeps") as is_open:
        if is_open:
            draw_table()


def draw_table() -> None:
    sweeps = workbench().sweeps(AT_ONCE)
    if not sweeps:
        st.write("There is no sweep yet; the Train page makes one of a grid of values.")
        return
    rows = [
        {
            "name": sweep["name"],
            "state": sweep["state"],
            "runs": ", ".join(f"{count} {state}" for state, count in sweep["states"].items()),
            "begun": ago(sweep["created"]),
            "sweep": sweep["sweep"],
        }
        for sweep in sweeps
    ]
    key = f"home_sweep_table_{sweeps[0]['sweep']}"
    table = st.dataframe(
        rows, width="stretch", hide_index=True, key=key, on_select="rerun", selection_mode="single-row"
    )
    st.caption("Choose a row to watch one of its runs, with all the others beside it.")
    chosen = table["selection"]["rows"]
    if chosen and chosen[0] < len(sweeps):
        open_one(sweeps[chosen[0]]["sweep"])


def open_one(sweep: str) -> None:
    """The best run by validation; while none has finished, the first."""
    found = workbench().sweep(sweep)
    best = found["best"]["val"]["best"]["run"] if found["best"] else found["runs"][0]["run"]
    go_to("watch", best)
