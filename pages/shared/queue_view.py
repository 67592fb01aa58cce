"""The queue: what is at work, what waits, and when each may start."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.folds import fold
from pages.shared.words import duration, plain
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]


def draw(seen: Seen) -> None:
    place = f"Queue: place {seen['position']}" if seen["position"] else "Queue"
    if seen["state"] == "queued" and seen["position"]:
        _draw_before(seen)
    with fold(place, "watch_queue") as is_open:
        if is_open:
            _draw_lines()


def _draw_before(seen: Seen) -> None:
    """What has its turn before this one."""
    lineup = workbench().lineup()
    before = [*lineup["at_work"], *(each for each in lineup["waiting"] if (each["position"] or 0) < seen["position"])]
    if before:
        st.write("Before it: " + ", ".join(f"{plain(each['name'])} ({each['state']})" for each in before[:10]))


def _draw_lines() -> None:
    lineup = workbench().lineup()
    lines = [*lineup["at_work"], *lineup["waiting"]]
    if not lines:
        st.write("Nothing is at work, and nothing waits.")
        return
    st.dataframe([_row(each) for each in lines], width="stretch", hide_index=True)
    own = {each["run"]: f"{each['name']} · {each['state']}" for each in lines if "stop" in each["may"]}
    if own:
        _draw_stop(own)


def _row(line: Seen) -> dict[str, Any]:
    return {
        "place": str(line["position"] or "at work"),
        "state": line["state"],
        "run": line["run"],
        "name": line["name"],
        "may start in": "" if line["starts_in"] is None else duration(line["starts_in"]),
        "priority": line["priority"],
    }


def _draw_stop(own: dict[str, str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Stop one of them", list(own), format_func=own.__getitem__, key="watch_queue_run")
        if st.button("Stop this run", key="watch_queue_stop") and chosen:
            workbench().stop(chosen)
            st.rerun()
