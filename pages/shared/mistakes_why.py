"""Why: the picture, and what in it spoke for the class it shows and for the class it was taken for."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.picture_list import picture_of
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

Score = Mapping[str, Any]


def draw(run: str, score: Score, cell: tuple[str, str]) -> None:
    """The pictures of the chosen cell can be asked about, one at a time."""
    true, predicted = cell
    asked = {"weights": score["weights"], "true": true, "predicted": predicted, "order": "confidence"}
    rows = workbench().mistakes(run, score["split"], **asked)["rows"]
    if not rows:
        st.caption("The chosen cell holds no picture; choose another one above.")
        return
    files = {row["index"]: f"{row['file']} ({percent(row['confidence'])} {predicted})" for row in rows}
    if st.session_state.get("mistakes_why_picture") not in files:
        st.session_state.pop("mistakes_why_picture", None)
    index = st.selectbox("Picture", list(files), format_func=files.__getitem__, key="mistakes_why_picture")
    whole = workbench().picture(run, score["split"], index or rows[0]["index"], size=0)
    if whole is None:
        st.caption("This picture can't be had any more, so it can't be asked about.")
        return
    if score["weights"] == "last":
        st.caption("Only the best epoch's weights are kept, so they are the ones that answer.")
    draw_looks(run, score["split"], index or rows[0]["index"], whole, list(dict.fromkeys(cell)))


def draw_looks(run: str, split: str, index: int, whole: bytes, classes: list[str]) -> None:
    with st.spinner("Looking"):
        looks = _looks(run, split, index, tuple(classes), whole)
    grid = st.grid(3, min_column_width=110)
    grid.image(picture_of(run, split, index), "The picture", width="stretch", alt="The picture itself")
    if looks[0]["shows"] == "cuts":  # they are the same for every class
        draw_cuts(looks[0])
        return
    for look in looks:
        said = f"Speaks for {look['label']}"
        grid.image(look["heat"], plain(said), width="stretch", alt=f"{said}, warm where it does")


def draw_cuts(look: Mapping[str, Any]) -> None:
    st.image(look["heat"], plain(look["where"]), alt=f"The picture, each part in a box: {look['where']}")


@st.cache_data(show_spinner=False, max_entries=500)
def _looks(run: str, split: str, index: int, classes: tuple[str, ...], _whole: bytes) -> list[dict[str, Any]]:
    """A finished run always looks at a picture in the same way."""
    return workbench().why(run, (f"{split} {index}", _whole), classes)
