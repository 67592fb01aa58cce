"""What a run looks like: its curves and its confusion matrix, drawn from plain rows.

A title says what to see, each axis has its unit, validation is solid and training dashed in one colour.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import streamlit as st

Chart = alt.LayerChart | alt.FacetChart

LARGEST_MATRIX = 44
"""Above, Streamlit draws on a canvas and cells are too small to read: the table of confusions says more."""
SERIES = {"light": "#0B5CAD", "dark": "#5AA9EE"}
GREYS = {"light": ("#FFFFFF", "#8A97A3", "#14212E"), "dark": ("#0F1720", "#5B6B7A", "#E6EDF3")}
"""Ground, the fullest cell, and the text, which keeps 4.5:1 on both."""
QUIET = {"light": "#4A5B6C", "dark": "#9FB0C0"}


def theme() -> str:
    return st.context.theme.type or "light"


def curve(epochs: Sequence[Mapping[str, Any]], field: str, title: str, unit: str, best: int | None) -> Chart:
    """Training and validation of one figure by epoch; the best epoch is a labelled dot."""
    rows = [
        {"epoch": each["epoch"] + 1, "value": each[f"{prefix}_{field}"], "split": split}
        for each in epochs
        for prefix, split in (("train", "training"), ("val", "validation"))
        if each.get(f"{prefix}_{field}") is not None
    ]
    scale, axis = alt.Scale(zero=False, nice=True), alt.Axis(format=".0%" if unit == "share" else "~g")
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y("value:Q", title=field if unit == "share" else f"{field} ({unit})", scale=scale, axis=axis),
        color=alt.value(SERIES[theme()]),
    )
    dashes = alt.Scale(domain=["validation", "training"], range=[[1, 0], [5, 4]])
    lines = base.mark_line(strokeWidth=2, point=len(epochs) == 1).encode(
        strokeDash=alt.StrokeDash("split:N", scale=dashes, legend=alt.Legend(title=None, orient="top")),
        tooltip=["split:N", "epoch:Q", "value:Q"],
    )
    is_best = (alt.datum.split == "validation") & (alt.datum.epoch == (-1 if best is None else best + 1))
    at_best = base.transform_filter(is_best)
    dot = at_best.mark_point(size=70, filled=True, opacity=1)
    label = at_best.mark_text(dy=-12, fontWeight="bold").encode(text=alt.value("best"))
    return readable(alt.layer(lines, dot, label).properties(title=title, height=360))


def matrix(score: Mapping[str, Any], title: str) -> Chart:
    """True classes downward, predicted ones to the right, shaded by the share of the true class."""
    labels = [each["label"] for each in score["classes"]]
    rows = [
        {"true": labels[i], "predicted": labels[j], "pictures": count, "share": count / max(1, sum(row))}
        for i, row in enumerate(score["confusion"])
        for j, count in enumerate(row)
    ]
    ground, full, ink = GREYS[theme()]
    upright = alt.Axis(labelAngle=0 if len(labels) <= 12 else -90)
    share = alt.Tooltip("share:Q", format=".1%", title="of the true class")
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("predicted:N", sort=labels, title="predicted class", axis=upright),
        y=alt.Y("true:N", sort=labels, title="true class"),
        tooltip=["true:N", "predicted:N", "pictures:Q", share],
    )
    shade = alt.Color("share:Q", scale=alt.Scale(domain=[0, 1], range=[ground, full], interpolate="rgb"), legend=None)
    cells = base.mark_rect(stroke=full, strokeWidth=0.3).encode(color=shade)
    counts = base.transform_filter(alt.datum.pictures > 0).mark_text(color=ink).encode(text="pictures:Q")
    return readable(alt.layer(cells, counts).properties(title=title, height=max(180, min(900, 34 * len(labels)))))


def readable(chart: Chart) -> Chart:
    """Axes and legends in the theme's quiet text: Streamlit's own grey is too faint on white."""
    ink = QUIET[theme()]
    return chart.configure_axis(labelColor=ink, titleColor=ink).configure_legend(labelColor=ink, titleColor=ink)
