"""The report class by class, with the noise of each figure, and its averages."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.tables import csv_of
from pages.shared.words import percent

Score = Mapping[str, Any]


def draw(score: Score) -> None:
    """Precision, recall and F1 with their intervals, and both averages."""
    rows = [*map(_class_row, score["classes"]), *(_average_row(score, kind) for kind in ("macro", "weighted"))]
    st.dataframe(rows, hide_index=True, width="stretch", height=min(640, 38 + 35 * len(rows)))
    st.caption("The intervals hold the truth 95 times in 100: Wilson's for classes, a bootstrap for averages.")
    st.download_button("Download as CSV", csv_of(rows), "classes.csv", "text/csv", key="mistakes_csv_classes")


def _class_row(each: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "class": each["label"],
        "precision": _with_ends(each["precision"], each["precision_interval"]),
        "recall": _with_ends(each["recall"], each["recall_interval"]),
        "F1": percent(each["f1"]),
        "pictures": each["support"],
    }


def _average_row(score: Score, kind: str) -> dict[str, Any]:
    told = {
        column: _with_ends(score[f"{kind}_{name}"], score[f"{kind}_{name}_interval"])
        for column, name in (("precision", "precision"), ("recall", "recall"), ("F1", "f1"))
    }
    return {"class": f"({kind} average)", **told, "pictures": score["n"]}


def _with_ends(share: float, ends: list[float] | None) -> str:
    return percent(share) if ends is None else f"{percent(share)} ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})"
