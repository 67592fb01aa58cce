"""How a replay stands: worked out anew only when one of its runs has moved, however often it is looked at."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.identity import person
from pages.shared.workbench import workbench

Told = Mapping[str, Any]


def standing(sweep: str) -> Told:
    states = workbench().sweep(sweep)["states"]
    return _standing(sweep, tuple(states.items()), person().id)


@st.cache_resource(show_spinner=False, max_entries=200)
def _standing(sweep: str, states: tuple[tuple[str, int], ...], person: str) -> Told:
    """Each person asks for themselves: what is another's own stays theirs."""
    return workbench().replayed(sweep)


def forget() -> None:
    """Something was measured that no state tells of."""
    _standing.clear()
