"""All runs as a table, a page at a time: however many there are, only those that are shown are read."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import NotFound
from pages.shared.folds import fold
from pages.shared.picker import go_to
from pages.shared.words import ago, duration, moment, percent
from pages.shared.workbench import workbench

AT_ONCE = 50
STATES = ("done", "running", "queued", "paused", "stopped", "failed", "diverged", "lost")
TURNED = "home_turned"
"""The last run of each page above the one that is shown: a list of runs is read on from there."""

Line = dict[str, Any]


def draw() -> None:
    with fold("All runs", "home_all") as is_open:
        if is_open:
            state = st.selectbox("State", STATES, index=None, placeholder="all", key="home_state", on_change=turn_back)
            lines = page_of(state)
            draw_table(lines[:AT_ONCE])
            draw_turning(lines)


def page_of(state: str | None) -> list[Line]:
    """The runs of the page, and one more if others follow."""
    above = st.session_state.setdefault(TURNED, [])
    try:
        return workbench().runs(AT_ONCE + 1, before=above[-1] if above else None, state=state)
    except NotFound:  # the run that the page above ended with was deleted
        turn_back()
        return workbench().runs(AT_ONCE + 1, state=state)


def draw_table(lines: Sequence[Line]) -> None:
    if not lines:
        st.write("There is no run in this state.")
        return
    table = st.dataframe(
        [row(line) for line in lines],
        width="stretch",
        hide_index=True,
        key=f"home_table_{lines[0]['run']}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={"begun": st.column_config.TextColumn(help="In your time zone, if your browser tells it.")},
    )
    st.caption("Choose a row to open its run. Accuracy is the best epoch's, on validation; the run tells its interval.")
    chosen = table["selection"]["rows"]
    if chosen and chosen[0] < len(lines):
        go_to("watch", lines[chosen[0]]["run"])


def row(line: Line) -> dict[str, str]:
    return {
        "name": line["name"],
        "state": line["state"],
        "accuracy": percent(line["accuracy"]),
        "dataset": line["dataset"],
        "backbone": line["backbone"],
        "strategy or learner": line["strategy"],
        "time": duration(line["seconds"]),
        "begun": f"{moment(line['created'], st.context.timezone)} ({ago(line['created'])})",
        "run": line["run"],
    }


def draw_turning(lines: Sequence[Line]) -> None:
    above = st.session_state[TURNED]
    with st.container(horizontal=True):
        st.button("Newer", key="home_newer", disabled=not above, on_click=lambda: above.pop())
        last = lines[AT_ONCE - 1]["run"] if len(lines) > AT_ONCE else ""
        st.button("Older", key="home_older", disabled=not last, on_click=above.append, args=(last,))


def turn_back() -> None:
    """To the first page."""
    st.session_state[TURNED] = []
