"""The finished run that comes with Thaw, unless a visitor, or whoever serves them, has put it away."""

from typing import Any

import streamlit as st

from core.errors import NotFound
from pages.shared.workbench import workbench

SAMPLE = "sample"
_HIDDEN = "sample_hidden"


def sample() -> dict[str, Any] | None:
    """Its line, as those of a list of runs."""
    if st.session_state.get(_HIDDEN):
        return None
    try:
        return workbench().glance(SAMPLE)
    except NotFound:
        return None


def is_hidden() -> bool:
    return bool(st.session_state.get(_HIDDEN))


def hide(hidden: bool = True) -> None:
    """For this visit: whoever serves hides it from everybody by THAW_SAMPLE=0."""
    st.session_state[_HIDDEN] = hidden
