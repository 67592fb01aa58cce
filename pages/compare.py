"""Compare: runs side by side, and what may be said of them."""

from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared import compare_folds, compare_strip, handing_in, overlay
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.verdicts import draw_verdicts
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

enter()

KEY, TOLD = "compare_runs", "compare_runs_told"
ENDED = ("done", "stopped")
NEWEST = 200
MOST = 8  # more lines than that nobody tells apart


def draw() -> None:
    runs = {run["run"]: run for run in workbench().runs(NEWEST) if run["state"] in ENDED}
    if len(runs) < 2:
        draw_beginning()
        return
    chosen = picked(runs)
    if len(chosen) < 2:
        st.info("Choose at least two runs; all figures below will be of these.")
        return
    draw_runs(chosen)


def draw_beginning() -> None:
    st.info("There is nothing to compare yet: it takes two finished runs. Train the same with another strategy.")
    if st.button("Train another", type="primary", key="compare_train"):
        lead_to("train")


def picked(runs: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs in the address, by their ids; without any the two newest on the same data."""
    asked = asked_for()
    known = runs | {run: line for run in asked or () if run not in runs and (line := glanced(run))}
    words = {run: f"{line['name']} · {run}" for run, line in known.items()}
    wanted = newest_two(list(runs.values())) if asked is None else [run for run in asked if run in known]
    st.session_state[KEY] = wanted[:MOST]
    chosen = st.multiselect("Runs", list(known), format_func=words.__getitem__, key=KEY, max_selections=MOST)
    st.query_params[KEY] = st.session_state[TOLD] = chosen
    return [known[run] for run in chosen]


def asked_for() -> list[str] | None:
    """What was picked here, unless the address has been changed since it was written; None on a first visit."""
    here, address = st.session_state.get(KEY), st.query_params.get_all(KEY)
    return here if here is not None and address == st.session_state.get(TOLD) else address or None


def newest_two(lines: list[dict[str, Any]]) -> list[str]:
    newest, *others = lines
    return [newest["run"], *(each["run"] for each in others if each["dataset"] == newest["dataset"])][:2]


def glanced(run: str) -> dict[str, Any] | None:
    try:
        return workbench().glance(run)
    except ExplorerError as error:
        st.warning(plain(error))
        return None


def draw_runs(runs: list[dict[str, Any]]) -> None:
    ids = [run["run"] for run in runs]
    names = compare_strip.names_of(runs)
    found = compared(ids)
    if found:
        draw_verdicts(found["pairs"], names)
    compare_strip.draw(runs, found)
    overlay.draw_settings(ids, names)
    raced = workbench().race(ids)
    overlay.draw_curves(raced["runs"], names)
    compare_folds.draw(ids, names, found, raced)
    handing_in.draw([run["run"] for run in runs if run["accuracy"] is not None], "compare")


def compared(ids: list[str]) -> dict[str, Any] | None:
    """What judged other pictures can't be compared picture by picture: that is one sentence, and the rest still is."""
    try:
        return workbench().compare(ids)
    except ExplorerError as error:
        st.warning(plain(f"No verdict: {error} What follows stands side by side, but proves nothing."))
        return None


with page("Compare", "Runs side by side, and what may be said of them."):
    draw()
