"""What stands behind a run: its recipe, what its worker printed, what it decided, and on what it ran."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.learners import in_words
from pages.shared.folds import fold
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]

LINES = 40
"""Of a log, the last ones are enough to see what happened."""


def draw(seen: Seen) -> None:
    draw_recipe(seen)
    draw_log(seen)
    draw_plan(seen)


def draw_recipe(seen: Seen) -> None:
    title = f"Recipe: {in_words(seen['dataset'], seen['backbone'], seen['strategy'])}"
    with fold(plain(title), "watch_recipe") as is_open:
        if is_open:
            recipe = workbench().show(seen["run"])["recipe"]
            if st.button("Change and train", key="watch_clone"):
                st.session_state["train_recipe"] = recipe
                lead_to("train")
            st.code(json.dumps(recipe, indent=2, ensure_ascii=False), language="json")
            st.caption("The same in a terminal:")
            st.code(workbench().describe(recipe)["command"], language="bash", wrap_lines=True)


def draw_log(seen: Seen) -> None:
    with fold("Log of the worker", "watch_log") as is_open:
        if is_open:
            said = workbench().logs(seen["run"], last=LINES)
            lines = [*said["lines"], *(line for line in said["traceback"][-LINES:] if line not in said["lines"])]
            st.code("\n".join(lines) or "It has printed nothing.", language=None)


def draw_plan(seen: Seen) -> None:
    with fold(f"Notices, plan and environment: {len(seen['notices'])} noticed", "watch_plan") as is_open:
        if is_open:
            for notice in seen["notices"]:
                st.write(plain(notice["message"]))
            run = workbench().show(seen["run"])
            for word in ("plan", "environment"):
                st.caption(word.capitalize())
                st.code(json.dumps(run[word], indent=2, ensure_ascii=False), language="json")
