"""The picker of a run: the first thing at the top left of every page that is about one, and part of its address."""

from typing import Any

import streamlit as st

from pages.shared.workbench import workbench

NEWEST = 200
"""More are found by their address; a list of thousands is nothing to pick from."""


def picked_run(page: str) -> dict[str, Any] | None:
    """The run this page is about, as its line in the list; None where there is none yet.

    The choice is kept in the address as `<page>_run`: a bound parameter belongs to the whole application, so each page
    has a name of its own. A page that is opened without one shows the run that was looked at last.
    """
    runs = {run["run"]: run for run in workbench().runs(NEWEST)}
    key = f"{page}_run"
    asked = st.query_params.get(key) or st.session_state.get("last_run")
    if asked and asked not in runs:
        runs = {**runs, **_found(asked)}
    if not runs:
        return None
    if key not in st.session_state and asked in runs:
        st.session_state[key] = asked
    words = {run: f"{line['name']} · {line['state']} · {run}" for run, line in runs.items()}
    run = st.selectbox("Run", list(runs), format_func=words.__getitem__, key=key, bind="query-params") or next(
        iter(runs)
    )
    st.session_state["last_run"] = run
    return runs[run]


def go_to(page: str, run: str) -> None:
    """Open another page at this run."""
    st.session_state["last_run"] = run
    st.switch_page(f"pages/{page}.py", query_params={f"{page}_run": run})


def _found(word: str) -> dict[str, dict[str, Any]]:
    from core.errors import NotFound

    try:
        line = workbench().glance(word)
    except NotFound as error:
        st.warning(str(error))
        return {}
    return {line["run"]: line}
