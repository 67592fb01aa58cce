"""Pictures that were held out, each above what an autoencoder has drawn again from the little it keeps of them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared import gallery
from pages.shared.identity import person
from pages.shared.picture_list import alt, caption
from pages.shared.workbench import workbench

WHICH = {"any": None, "wrong": False, "right": True}
SHOWN = 12


def draw(run: str, split: str) -> None:
    which = st.segmented_control("Drawn again", list(WHICH), default="any", key="mistakes_redrawn_which") or "any"
    with st.spinner("Drawing"):
        rows = _redrawn(run, split, WHICH[which], person().id)
    if not rows:
        st.caption("No picture fits.")
        return
    st.caption("Above the picture, below what came out of the few numbers that it is kept as; named by the best epoch.")
    gallery.show([_shown(row) for row in rows], key=f"mistakes_redrawn_{which}")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {"picture": row["pair"], "caption": caption(row), "alt": f"{alt(row)}; below it, as it was drawn again"}


@st.cache_data(show_spinner=False, max_entries=200)
def _redrawn(run: str, split: str, right: bool | None, person: str) -> Sequence[dict[str, Any]]:
    """A finished run always draws the same, of pictures that this person may see."""
    return workbench().reconstructions(run, split, right, SHOWN)["rows"]
