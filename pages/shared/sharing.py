"""Whether the room sees a run or a dataset: its owner's switch, and a word on whose it is for everybody else.

On a laptop there is nothing to draw: everything is everybody's.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from pages.shared.frame import mishaps_told
from pages.shared.identity import hosted, person
from pages.shared.words import plain
from pages.shared.workbench import workbench


def draw(run: Mapping[str, Any]) -> None:
    if not hosted():
        return
    if run["owner"] == person().id:
        label = "Everybody in the room may see this run"
        draw_switch(label, f"watch_shared_{run['run']}", run["shared"], share_run, run["run"])
    elif run["shared"]:
        st.caption(f"{plain(name_of(run['owner']))} shares this run with the room; only they can change it.")


def draw_dataset(name: str) -> None:
    if not hosted():
        return
    whose = workbench().owner_of_dataset(name)
    if whose["owner"] == person().id:
        label = "Everybody in the room may learn from this dataset"
        draw_switch(label, f"datasets_shared_{name}", whose["shared"], share_dataset, name)
    elif whose["owner"]:
        st.caption(f"{plain(name_of(whose['owner']))} shares this dataset with the room; only they can remove it.")


def draw_switch(label: str, key: str, shared: bool, share: Callable[[str, bool], object], what: str) -> None:
    """Only a press does it: what another window has chosen meanwhile stays."""
    st.toggle(label, shared, key=key, on_change=turned, args=(share, what, key))


def turned(share: Callable[[str, bool], object], what: str, key: str) -> None:
    with mishaps_told():
        share(what, st.session_state[key])


def share_run(run: str, shared: bool) -> None:
    workbench().share(run, shared)


def share_dataset(name: str, shared: bool) -> None:
    workbench().share_dataset(name, shared)


def name_of(person: str) -> str:
    """What an owner is called; whoever serves the room has no name in it."""
    names = {each["person"]: each["name"] for each in workbench().people()}
    return names.get(person, "Whoever serves this room")
