"""Imports under way, and what came of those that have ended: told until somebody has read it."""

import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.datasets_cards import look_at, train_button
from pages.shared.dialogs import draw_page_anew
from pages.shared.tables import csv_of
from pages.shared.words import counted, plain
from pages.shared.workbench import workbench

SECONDS_BETWEEN_LOOKS = 1.0

Errand = Mapping[str, Any]


def draw() -> None:
    imports = workbench().imports()
    if any(each["state"] == "running" for each in imports):
        _draw_running()
    for each in reversed(imports):
        if each["state"] == "failed":
            _draw_failure(each)
        elif each["state"] == "done":
            _draw_report(each["result"])


def _draw_running() -> None:
    every = None if os.environ.get("THAW_TICK") == "0" else SECONDS_BETWEEN_LOOKS
    names = _running()

    @st.fragment(run_every=every)
    def tick() -> None:
        if _running() != names:
            draw_page_anew()
        for each in workbench().imports():
            if each["state"] == "running":
                st.progress(each["done"] / each["of"] if each["of"] else 0.0, plain(_in_words(each)))

    tick()


def _running() -> list[str]:
    return [each["name"] for each in workbench().imports() if each["state"] == "running"]


def _in_words(errand: Errand) -> str:
    name = errand["name"]
    return (
        f"{name}: {errand['done']:,} of {errand['of']:,} files checked" if errand["of"] else f"{name}: being unpacked"
    )


def _draw_failure(errand: Errand) -> None:
    st.error(plain(f"{errand['name']} was not imported. {errand['error']}"))
    _draw_dismissal(errand["name"])


def _draw_report(report: Errand) -> None:
    name, skipped = report["name"], report["skipped"]
    told = f"{name}: {report['accepted']:,} pictures of {len(report['classes']):,} classes were imported"
    aside = f"; left out: {counted(len(skipped), 'file')}." if skipped else "; nothing was left out."
    st.success(plain(told + aside))
    for warning in report["warnings"]:
        st.warning(plain(warning))
    if skipped:
        with st.expander(f"What was left out, and why: {len(skipped):,}", key=f"datasets_report_{name}"):
            st.dataframe(skipped, width="stretch", hide_index=True)
            file, key = f"{name}-left-out.csv", f"datasets_report_csv_{name}"
            st.download_button("Download as CSV", csv_of(skipped), file, "text/csv", key=key, on_click="ignore")
    with st.container(horizontal=True):
        train_button(name, key=f"datasets_report_train_{name}")
        st.button("Look inside", key=f"datasets_report_look_{name}", on_click=look_at, args=(name,))
        _draw_dismissal(name)


def _draw_dismissal(name: str) -> None:
    st.button(
        "Close", key=f"datasets_dismiss_{name}", on_click=workbench().dismiss_import, args=(name,), type="tertiary"
    )
