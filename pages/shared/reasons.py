"""Why a run says what it says about one of a visitor's pictures: warm where it speaks for a class, or its parts."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.answers import Answer
from pages.shared.asked_pictures import Asked
from pages.shared.mistakes_why import draw_cuts
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

KEPT = "predict_looks"
AT_ONCE = 4


def draw(run: str, asked: Sequence[Asked], answers: Sequence[Answer], shows: str) -> None:
    """Choose a picture and up to four classes; see where the network looked for each, or how it was cut."""
    readable = {each.name: (each, answer) for each, answer in zip(asked, answers, strict=True) if "top" in answer}
    if not readable:
        st.write("Choose a picture above first.")
        return
    name = st.selectbox("Picture", list(readable), key="predict_why_picture")
    picture, answer = readable[name]
    if shows == "cuts":
        draw_cuts(_looks(run, picture, [answer["label"]])[0])
        return
    classes = st.multiselect(
        "Classes",
        answer["classes"],
        default=[each["label"] for each in answer["top"][:2]],
        max_selections=AT_ONCE,
        key=f"predict_why_{picture.key}",
    )
    st.caption("Warm is what speaks for the class; each picture has a scale of its own. It tells where, not why there.")
    if classes:
        _draw_looks(name, _looks(run, picture, classes))


def _looks(run: str, picture: Asked, classes: list[str]) -> list[dict[str, Any]]:
    """The last ones are kept: a page is drawn anew at each touch."""
    asked = (run, picture.key, *classes)
    known = st.session_state.get(KEPT)
    if known is None or known[0] != asked:
        with st.spinner("Asking it."):
            known = (asked, workbench().why(run, (picture.name, picture.content), classes))
        st.session_state[KEPT] = known
    return known[1]


def _draw_looks(name: str, looks: Sequence[dict[str, Any]]) -> None:
    grid = st.grid(AT_ONCE, min_column_width=150, gap="small")
    for each in looks:
        told = f"{each['label']}, {percent(each['probability'])}: {each['where']}"
        grid.image(each["heat"], plain(told), width="stretch", alt=f"{name}, warm where it speaks for {told}")
