"""The picker of a run: the first thing at the top left of every page that is about one, and part of its address."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import NotFound
from pages.shared.sample import SAMPLE, sample
from pages.shared.words import plain
from pages.shared.workbench import workbench

NEWEST = 200
"""More are found by their address; a list of thousands is nothing to pick from."""

Line = dict[str, Any]


def picked_run(page: str, only: Callable[[Line], bool] = lambda run: True) -> Line | None:
    """The run this page is about, as its line in the list; None where there is none yet. `only` some can be picked.

    The choice is kept in the address as `<page>_run`: a bound parameter belongs to the whole application, so each page
    has a name of its own. A page that is opened without one shows the run that was looked at last.
    """
    key = f"{page}_run"
    asked = st.session_state.get(key) or st.query_params.get(key) or st.session_state.get("last_run")
    runs = {run: line for run, line in _runs(asked).items() if only(line)}
    if not runs:
        return None
    if key not in st.session_state and asked in runs:
        st.session_state[key] = asked
    words = {run: said(line) for run, line in runs.items()}
    picked = st.selectbox("Run", list(runs), format_func=words.__getitem__, key=key, bind="query-params")
    run = picked or next(iter(runs))
    st.session_state["last_run"] = run
    return runs[run]


def go_to(page: str, run: str) -> None:
    """Open another page at this run."""
    st.session_state["last_run"] = run
    st.switch_page(f"pages/{page}.py", query_params={f"{page}_run": run})


def said(line: Line) -> str:
    """A run in a list of options, which are not read as Markdown."""
    return f"{line['name']} · {'sample' if line['run'] == SAMPLE else line['state'] + ' · ' + line['run']}"


def _runs(asked: str | None) -> dict[str, Line]:
    """The newest runs, whichever is asked for, and the sample as the last of them."""
    runs = {run["run"]: run for run in workbench().runs(NEWEST)}
    last = sample()
    runs |= {SAMPLE: last} if last else {}
    return runs if not asked or asked in runs else {**_found(asked), **runs}


def _found(word: str) -> dict[str, Line]:
    """A run of another page of the list. Whoever has put the sample away does not look for it."""
    if word == SAMPLE:
        return {}
    try:
        line = workbench().glance(word)
    except NotFound as error:
        st.warning(plain(error))
        return {}
    return {line["run"]: line}
