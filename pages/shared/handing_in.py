"""A report to take away: one file that holds all that is known of these runs, made when it is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.folds import fold
from pages.shared.workbench import workbench


def draw(ids: Sequence[str], key: str, replay: Mapping[str, Any] | None = None) -> None:
    """Of a replay, with its claims beside what has come of them."""
    with fold("A report to hand in", f"{key}_report") as opened:
        if opened and not ids:
            st.caption("None of these runs has judged any pictures.")
        elif opened:
            draw_report(ids, key, replay)


def draw_report(ids: Sequence[str], key: str, replay: Mapping[str, Any] | None) -> None:
    usual = replay or {"title": "Transfer learning on …", "question": "Does freezing help?", "sweep": ""}
    claims = "each claim beside its outcome, " if replay else ""
    st.write(
        f"One HTML file with the question, {claims}the data, curves, tables with their noise, matrices, pictures, "
        "and all it takes to do it again. It can be printed, and needs no network to be read."
    )
    title = st.text_input("Title", placeholder=usual["title"], key=f"{key}_report_title")
    question = st.text_input("The question", placeholder=usual["question"], key=f"{key}_report_question")
    bench = workbench()  # taken here: the click is answered in a thread that knows no visitor
    runs, sweep = list(ids), usual["sweep"]
    st.download_button(
        "Download the report",
        lambda: bench.report_page(runs, title, question, sweep),
        f"report-{sweep or '-'.join(runs)[:80]}.html",
        "text/html",
        type="primary",
        on_click="ignore",
        key=f"{key}_report_download",
    )
