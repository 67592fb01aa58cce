"""The picker of a run: the first thing at the top left of every page that is about one, and part of its address."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import NotFound
from pages.shared.sample import SAMPLE, sample
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

NEWEST = 200
"""More are found by their address; a list of thousands is nothing to pick from."""

Line = dict[str, Any]


def picked_run(page: str, only: Callable[[Line], bool] = lambda run: True) -> Line | None:
    """The run this page is about, as its line in the list; None where there is none yet. `only` some can be picked.

    The choice stands in the address as `<page>_run`, by its id: a bound widget would put its words there, and a run's
    state, which is among them, changes. A page that is opened without one shows the run that was looked at last.
    """
    key, told = f"{page}_run", f"{page}_run_told"
    found, asked = _runs(_asked(key, told))
    runs = {run: line for run, line in found.items() if only(line)}
    if not runs:
        return None
    st.session_state[key] = asked if asked in runs else next(iter(runs))
    words = {run: said(line) for run, line in runs.items()}
    run = st.selectbox("Run", list(runs), format_func=words.__getitem__, key=key)
    st.query_params[key] = st.session_state[told] = st.session_state["last_run"] = run
    return runs[run]


def go_to(page: str, run: str) -> None:
    """Open another page at this run."""
    st.session_state["last_run"] = run
    lead_to(page, **{f"{page}_run": run})


def said(line: Line) -> str:
    """A run in a list of options, which are not read as Markdown."""
    return f"{line['name']} · {'sample' if line['run'] == SAMPLE else line['state'] + ' · ' + line['run']}"


def _asked(key: str, told: str) -> str | None:
    """What was picked here, unless the address has been changed since it was written."""
    picked, address = st.session_state.get(key), st.query_params.get(key)
    return picked if picked and address == st.session_state.get(told) else address or st.session_state.get("last_run")


def _runs(word: str | None) -> tuple[dict[str, Line], str | None]:
    """The newest runs, the one that a word means, and the sample as the last of them; and the id that is meant."""
    runs = {run["run"]: run for run in workbench().runs(NEWEST)}
    last = sample()
    runs |= {SAMPLE: last} if last else {}
    if not word or word in runs:
        return runs, word
    found = _found(word)
    return ({found["run"]: found, **runs}, found["run"]) if found else (runs, None)


def _found(word: str) -> Line | None:
    """A run of another page of the list. Whoever has put the sample away does not look for it."""
    try:
        return None if word == SAMPLE else workbench().glance(word)
    except NotFound as error:
        st.warning(plain(error))
        return None
