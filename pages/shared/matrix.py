"""A confusion matrix, drawn from plain rows."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from pages.shared.charts import Chart, readable
from pages.shared.colours import colours

LARGEST_MATRIX = 44
"""Above, Streamlit draws on a canvas and cells are too small to read: the table of confusions says more."""


def matrix(score: Mapping[str, Any], title: str) -> Chart:
    """True classes downward, predicted ones to the right, shaded by the share of the true class."""
    labels = [each["label"] for each in score["classes"]]
    rows = [
        {"true": labels[i], "predicted": labels[j], "pictures": count, "share": count / max(1, sum(row))}
        for i, row in enumerate(score["confusion"])
        for j, count in enumerate(row)
    ]
    ground, full, ink = colours().ground, colours().fullest_cell, colours().text
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
