"""What a run looks like: its curves, drawn from plain rows.

A title says what to see, each axis has its unit, validation is solid and training dashed in one colour.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from pages.shared.colours import colours

Chart = alt.LayerChart | alt.FacetChart


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
        color=alt.value(colours().series[0]),
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


def readable(chart: Chart) -> Chart:
    """Axes and legends in the theme's quiet text: Streamlit's own grey is too faint on white."""
    ink = colours().quiet
    return chart.configure_axis(labelColor=ink, titleColor=ink).configure_legend(labelColor=ink, titleColor=ink)
