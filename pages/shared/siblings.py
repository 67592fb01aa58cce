"""The sweep that a run belongs to: what each combination reached, and the way to its other runs."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.folds import fold
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]

ON_THE_WAY = {"queued", "running", "pausing", "paused"}


def draw(run: str, sweep: str) -> None:
    """As one: the mean and the spread over seeds, the best by validation."""
    found = workbench().sweep(sweep)
    done = sum(each["state"] == "done" for each in found["runs"])
    with fold(f"Sweep {plain(found['name'])}: {done} of {len(found['runs'])} done", "watch_sweep") as is_open:
        if is_open:
            st.dataframe([_row(each) for each in found["groups"]], width="stretch", hide_index=True)
            _draw_way(run, found["runs"])
            _draw_stop(sweep, found["states"])


def _row(group: Seen) -> dict[str, Any]:
    return {
        "choice": described(group["values"]),
        "done": f"{group['done']} of {len(group['runs'])}",
        "validation": spread(group["val"]),
        "test": spread(group["test"]),
        "best run": group["val"]["best"]["run"] if group["val"] else "",
    }


def described(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{field} {value}" for field, value in values.items()) or "as it is"


def spread(figure: Seen | None) -> str:
    """ "91.3% ± 0.8 over 3 seeds": the standard deviation; a single seed has none."""
    if figure is None:
        return "–"
    noise = "" if figure["spread"] is None else f" ± {100 * figure['spread']:.1f}"
    return f"{percent(figure['mean'])}{noise} over {figure['n']} {'seed' if figure['n'] == 1 else 'seeds'}"


def _draw_way(run: str, runs: list[dict[str, Any]]) -> None:
    others = {each["run"]: f"{each['name']} · {each['state']} · {each['run']}" for each in runs if each["run"] != run}
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Another run of it", list(others), format_func=others.__getitem__, key="watch_sibling")
        st.button("Watch it", key="watch_go_to_sibling", on_click=_turn_to_it)


def _draw_stop(sweep: str, states: Seen) -> None:
    if ON_THE_WAY & set(states) and st.button("Stop the whole sweep", key="watch_stop_sweep"):
        workbench().stop_sweep(sweep)
        st.rerun()


def _turn_to_it() -> None:
    """Before the picker is drawn: it is on this very page, and the address follows it."""
    run = st.session_state["watch_sibling"]
    st.session_state["watch_run"] = st.session_state["last_run"] = run
