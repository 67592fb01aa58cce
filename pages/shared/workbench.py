"""The one Workbench of this server, in the hands of whoever looks; torch works in a process of its own."""

import streamlit as st

from core.service import Workbench, open_workbench
from pages.shared.identity import hosted, person

__all__ = ["hosted", "workbench"]


def workbench() -> Workbench:
    """A visitor's own: they see their runs and datasets, and what is shared with the room. On a laptop it is whole."""
    return _known(person().id, person().name) if hosted() else _whole()


@st.cache_resource(show_spinner=False)
def _whole() -> Workbench:
    return open_workbench(apart=True)


@st.cache_resource(show_spinner=False, max_entries=1000)
def _known(person: str, name: str) -> Workbench:
    """Whoever is here for the first time is introduced."""
    bench = _whole().seen_by(person)
    bench.introduce(name)
    return bench
