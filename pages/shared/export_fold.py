"""A run to take away: what goes into the archive is chosen, it is made, and then it can be downloaded."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.learners import LEARNERS
from pages.shared.folds import fold
from pages.shared.frame import mishaps_told
from pages.shared.words import plain, size
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]

WITH_A_SCRIPT = (
    "An archive of the weights, as plain timm loads them, a model card, and a script and a notebook that train the "
    "same again without Thaw."
)
WITH_THAW = "An archive of what was learned, which Thaw opens again anywhere, and a model card."
MADE = "watch_export_made"
"""The one archive that a visitor's session holds."""


def draw(seen: Seen) -> None:
    """Nothing, where there are no weights yet."""
    if not seen["best"]:
        return
    with fold("Take it away", "watch_export") as is_open:
        if is_open:
            st.write(WITH_A_SCRIPT if LEARNERS.entry(seen["learner"]).follows_strategy else WITH_THAW)
            draw_archive(seen["run"], picked_onnx(seen))


def picked_onnx(seen: Seen) -> dict[str, bool]:
    if "onnx" in seen["without"]:
        st.caption(seen["without"]["onnx"])
        return {"onnx": False, "preprocessing": False}
    onnx = st.checkbox("Also as ONNX, compared on real pictures", key="watch_export_onnx")
    inside = st.checkbox("With resizing and colours inside", key="watch_export_inside", disabled=not onnx)
    return {"onnx": onnx, "preprocessing": onnx and inside}


def draw_archive(run: str, how: dict[str, bool]) -> None:
    asked = (run, *how.values())
    if st.button("Make the archive", key="watch_export_make"):
        st.session_state.pop(MADE, None)
        with mishaps_told(), st.spinner("Writing and comparing…"):
            st.session_state[MADE] = (asked, workbench().bundle(run, **how))
    made_for, made = st.session_state.get(MADE, (None, {}))
    if made_for != asked:
        return
    for note in made["notes"]:
        st.caption(plain(note))
    label = f"Download {size(len(made['zip']))}"
    st.download_button(label, made["zip"], f"{run}.zip", "application/zip", key="watch_export_zip")
