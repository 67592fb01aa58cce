"""Start: one press is one run, a twin that has been trained is told of, and what was started is watched."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import streamlit as st

from core.errors import NotFound
from pages.shared import picker, sweep_form
from pages.shared.words import plain
from pages.shared.workbench import workbench

Told = Mapping[str, Any]

LAST_LOOK = 5.0
"""Seconds that a press waits for the network to be built, if nobody has seen it yet: a run that fails costs more."""
ON_THE_WAY = ("queued", "running", "pausing", "paused", "stopping")


def draw_start(told: Told, trouble: str | None, facts: Mapping[str, Any]) -> None:
    """The one primary button; why it can't be pressed stands beside it."""
    one_of_many = sweep_form.is_planned()
    pressed = st.button(
        "Start this one alone" if one_of_many else "Start",
        type="secondary" if one_of_many else "primary",
        key="train_start",
        disabled=trouble is not None,
        width="stretch",
    )
    if one_of_many:
        st.caption("The sweep has a button of its own, under “Sweep” below.")
    if trouble:
        st.caption(plain(trouble))
    elif pressed:
        _start(told, facts)
    _draw_twin(told, facts)


def _start(told: Told, facts: Mapping[str, Any], again: bool = False) -> None:
    workbench().soon("preview", told["recipe"], sheet=True, patience=LAST_LOOK)  # what cannot be built is told here
    made = workbench().submit(told["recipe"], **facts, again=again, request=_request(told, again))
    _presses()[told["hash"]]["run"] = made["run"]
    if made["reused"]:
        st.session_state["train_twin"] = {"hash": told["hash"], "run": made["run"]}
    else:
        picker.go_to("watch", made["run"])


def _request(told: Told, again: bool) -> str:
    """The name of this press. A second one of the same, while what the first began is on its way, is the same press."""
    press = _presses().get(told["hash"])
    if press is None or again or _has_ended(press["run"]):
        press = _presses()[told["hash"]] = {"request": uuid4().hex, "run": None}
    return str(press["request"])


def _presses() -> dict[str, dict[str, str | None]]:
    """By recipe. A plain dictionary: a second press may interrupt whoever writes to the session itself."""
    return st.session_state.setdefault("train_presses", {})


def _has_ended(run: str | None) -> bool:
    if run is None:
        return False
    try:
        return workbench().glance(run)["state"] not in ON_THE_WAY
    except NotFound:
        return True


def _draw_twin(told: Told, facts: Mapping[str, Any]) -> None:
    """What has learned exactly this already, and the way to train it all the same."""
    twin = st.session_state.get("train_twin")
    if not twin or twin["hash"] != told["hash"]:
        return
    try:
        run = workbench().glance(twin["run"])
    except NotFound:
        return
    st.info(f"Already trained: {plain(run['name'])} ({run['run']}) has learned exactly this.")
    row = st.container(horizontal=True)
    if row.button("Open it", key="train_open_twin"):
        picker.go_to("watch", run["run"])
    if row.button("Train again", key="train_again"):
        _start(told, facts, again=True)
