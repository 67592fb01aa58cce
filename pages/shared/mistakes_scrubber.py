"""A run through its epochs: a slider moves the matrix and a fixed set of pictures through time."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared import matrix, picture_list
from pages.shared.colours import colours
from pages.shared.words import with_interval
from pages.shared.workbench import workbench

Told = Mapping[str, Any]


def draw(run: str) -> None:
    history = workbench().history(run)
    epochs = {each["epoch"]: each for each in history["epochs"]}
    numbers = list(epochs)
    if len(numbers) > 1:
        if st.session_state.get("mistakes_epoch") not in epochs:
            st.session_state["mistakes_epoch"] = numbers[-1]
        epoch = st.select_slider("After epoch", numbers, format_func=lambda each: str(each + 1), key="mistakes_epoch")
    else:
        epoch = numbers[0]
    then = epochs[epoch]
    st.markdown(
        f"After epoch {epoch + 1}: **{with_interval({**then, 'n': history['n']})}** validation pictures right; "
        f"{then['learned']} learned and {then['forgotten']} forgotten since the one before."
    )
    st.vega_lite_chart(
        spec=turns_spec(history["epochs"], epoch), width="stretch", key="mistakes_turns", alt="Learned and forgotten"
    )
    draw_moment(run, workbench().at_epoch(run, epoch))


def draw_moment(run: str, then: Told) -> None:
    left, right = st.columns([3, 2], gap="medium")
    labels = then["classes"]
    with left:
        if then["confusion"] and len(labels) <= matrix.LARGEST_MATRIX:
            title = f"Confusions after epoch {then['epoch'] + 1}, validation"
            spec = matrix.spec(labels, then["confusion"], title)
            st.vega_lite_chart(spec=spec, width="stretch", key="mistakes_then", alt=title)
    with right:
        st.caption("The pictures whose answer turned most often, and what was said then:")
        picture_list.draw(run, then["split"], then["rows"], "mistakes_then_pictures", columns=3)


def turns_spec(epochs: Sequence[Told], chosen: int) -> dict[str, Any]:
    """Learned upward, forgotten downward; the epoch that is looked at is marked."""
    rows = [
        {"epoch": each["epoch"] + 1, "pictures": sign * each[what], "what": what}
        for each in epochs
        for what, sign in (("learned", 1), ("forgotten", -1))
    ]
    theme = colours()
    axis = {"labelOverlap": True, "labelAngle": 0}
    scale = {"domain": ["learned", "forgotten"], "range": list(theme.series[:2])}
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "pictures", "type": "quantitative", "title": "pictures"},
            "color": {"field": "what", "type": "nominal", "scale": scale, "legend": {"title": None, "orient": "top"}},
            "tooltip": [{"field": "epoch"}, {"field": "what"}, {"field": "pictures"}],
        },
    }
    mark = {
        "transform": [{"filter": f"datum.epoch == {chosen + 1}"}],
        "mark": {"type": "rule", "color": theme.text, "strokeDash": [2, 2]},
    }
    return {
        "title": "Learned (up), forgotten (down)",
        "height": 260,
        "data": {"values": rows},
        "encoding": {"x": {"field": "epoch", "type": "ordinal", "title": "epoch", "axis": axis}},
        "layer": [bars, mark],
        "config": {"axis": {"labelColor": theme.quiet, "titleColor": theme.quiet}},
    }
