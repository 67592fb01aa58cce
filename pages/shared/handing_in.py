"""A report to take away: one file that holds all that is known of these runs, made when it is asked for."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.folds import fold
from pages.shared.workbench import workbench


def draw(ids: Sequence[str], key: str, replay: str = "") -> None:
    """Of a replay, with its claims beside what has come of them."""
    with fold("A report to hand in", f"{key}_report") as opened:
        if opened and not ids:
            st.caption("None of these runs has judged any pictures.")
        elif opened:
            draw_report(ids, key, replay)


def draw_report(ids: Sequence[str], key: str, replay: str) -> None:
    claims = "each claim beside its outcome, " if replay else ""
    st.write(
        f"One HTML file with the question, {claims}the data, curves, tables with their noise, matrices, pictures, "
        "and all it takes to do it again. It can be printed, and needs no network to be read."
    )
    title = st.text_input("Title", placeholder="Transfer learning on …", key=f"{key}_report_title")
    question = st.text_input("The question", placeholder="Does freezing help?", key=f"{key}_report_question")
    bench, runs = workbench(), list(ids)  # the click is answered in a thread that knows no visitor
    st.download_button(
        "Download the report",
        lambda: bench.report_page(runs, title, question, replay),
        f"report-{replay or '-'.join(runs)[:80]}.html",
        "text/html",
        type="primary",
        on_click="ignore",
        key=f"{key}_report_download",
    )
