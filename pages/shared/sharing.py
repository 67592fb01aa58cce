"""Whether the room sees a run: its owner's switch, and a word on whose it is for everybody else."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.frame import mishaps_told
from pages.shared.identity import hosted, person
from pages.shared.words import plain
from pages.shared.workbench import workbench


def draw(run: Mapping[str, Any]) -> None:
    """Nothing on a laptop, where everything is everybody's."""
    if not hosted():
        return
    if run["owner"] == person().id:
        draw_switch(run["run"], run["shared"])
    elif run["shared"]:
        st.caption(f"{plain(name_of(run['owner']))} shares this run with the room; only they can change it.")


def draw_switch(run: str, shared: bool) -> None:
    key = f"watch_shared_{run}"
    st.toggle("Everybody in the room may see this run", shared, key=key, on_change=turn, args=(run, key))


def turn(run: str, key: str) -> None:
    """Only a press does it: what another window has chosen meanwhile stays."""
    with mishaps_told():
        workbench().share(run, st.session_state[key])


def name_of(person: str) -> str:
    """What its owner is called; whoever serves the room has no name in it."""
    names = {each["person"]: each["name"] for each in workbench().people()}
    return names.get(person, "Whoever serves this room")
