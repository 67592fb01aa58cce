"""What this machine has and lacks: the doctor's answer."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.identity import hosted
from pages.shared.words import plain, size
from pages.shared.workbench import workbench

Found = Mapping[str, Any]


def draw() -> None:
    """Asked for by a press: devices are counted by a process that loads torch, which takes seconds."""
    st.write("Versions, devices, data, weights, and whoever trains in the background; every problem as a sentence.")
    if st.button("Look at this machine", type="primary", key="help_doctor"):
        with st.spinner("Looking …"):
            found = workbench().doctor()
        draw_problems(found["problems"])
        st.table(facts(found), hide_header=True)


def draw_problems(problems: list[str]) -> None:
    if not problems:
        st.write("Nothing is wrong here.")
    for problem in problems:
        st.warning(plain(problem))


def facts(found: Found) -> dict[str, str]:
    """Where things lie is the business of whoever sits at the machine."""
    places = {} if hosted() else {"home": plain(found["home"])}
    told = {
        "Thaw": f"{found['version']} on Python {found['python']}, {plain(found['system'])}",
        "packages": ", ".join(f"{name} {version}" for name, version in found["versions"].items() if version),
        "devices": ", ".join(plain(f"{each['device']} ({each['name']})") for each in found["devices"]),
        **places,
        "datasets": ", ".join(map(plain, found["datasets"])),
        "weights": ", ".join(map(plain, found["weights"])),
        "on disk": ", ".join(f"{plain(each['name'])} {size(each['bytes'])}" for each in found["caches"]),
        "engine": _engine(found["engine"], found["supervisor"]),
    }
    return {name: fact or "none" for name, fact in told.items()}


def _engine(name: str, health: Found | None) -> str:
    if health is None:
        return name
    alive = f"alive with {health['slots']} places" if health["alive"] else "asleep"
    return f"{name}, {alive}, {len(health['running'])} running, {len(health['queued'])} queued"
