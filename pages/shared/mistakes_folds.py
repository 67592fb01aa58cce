"""Below the matrix: what was confused most, the greatest losses, and folded all that goes further."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.learners import Learner
from pages.shared import matrix, mistakes_classes, mistakes_redrawn, mistakes_scrubber, mistakes_why, picture_list
from pages.shared.folds import fold
from pages.shared.gallery import AT_ONCE, turned
from pages.shared.mistakes_cell import draw_list
from pages.shared.tables import csv_of
from pages.shared.words import percent
from pages.shared.workbench import workbench

WHICH = {"wrong": False, "right": True, "all": None}
ORDERS = {"loss": "greatest loss first", "confidence": "most confident first", "file": "by file"}
LOSSES = 6
WHY = {
    "heat": "Why: what spoke for the true and for the predicted class",
    "cuts": "Why: where it cut the picture, and what it took each part for",
}

Score = Mapping[str, Any]


def draw(run: str, score: Score, cell: tuple[str, str], learner: type[Learner]) -> None:
    losses, confusions = st.columns([3, 2], gap="medium")
    with losses:
        draw_losses(run, score)
    with confusions:
        if len(score["classes"]) <= matrix.LARGEST_MATRIX:
            draw_list(score)
    with fold(
        f"All pictures: {score['right']:,} right, {score['n'] - score['right']:,} wrong", "mistakes_fold_all"
    ) as opened:
        if opened:
            draw_all(run, score)
    macro, weighted = percent(score["macro_f1"]), percent(score["weighted_f1"])
    with fold(f"Class by class: macro F1 {macro}, weighted F1 {weighted}", "mistakes_fold_classes") as opened:
        if opened:
            mistakes_classes.draw(score)
    draw_what_it_knows(run, score, cell, learner)
    with fold("Take away: every prediction and the matrix, as tables", "mistakes_fold_download") as opened:
        if opened:
            draw_downloads(run, score)


def draw_what_it_knows(run: str, score: Score, cell: tuple[str, str], learner: type[Learner]) -> None:
    """What means something for its learner; why the rest does not, is said below."""
    if "why" not in learner.without:
        with fold(WHY[learner.shows], "mistakes_fold_why") as opened:
            if opened:
                mistakes_why.draw(run, score, cell)
    if learner.rebuilds:
        with fold("Drawn again: what it has kept of the pictures", "mistakes_fold_redrawn") as opened:
            if opened:
                mistakes_redrawn.draw(run, score["split"])
    if "epochs" not in learner.without:
        with fold("Epoch by epoch: what was learned and forgotten", "mistakes_fold_epochs") as opened:
            if opened:
                mistakes_scrubber.draw(run)
    for panel in ("why", "epochs"):
        if panel in learner.without:
            st.caption(learner.without[panel])


def draw_losses(run: str, score: Score) -> None:
    st.markdown("**Greatest losses: where the true class seemed least likely**")
    found = workbench().mistakes(run, score["split"], weights=score["weights"], at_once=LOSSES)
    picture_list.draw(run, score["split"], found["rows"], "mistakes_losses")


def draw_all(run: str, score: Score) -> None:
    """Every picture, right and wrong, a page at a time."""
    labels = [each["label"] for each in score["classes"]]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.segmented_control("Which", list(WHICH), default="wrong", key="mistakes_which") or "all"
        order = st.selectbox("Order", list(ORDERS), format_func=ORDERS.__getitem__, key="mistakes_order", width=220)
        true = any_class("True", labels, "mistakes_all_true")
        said = any_class("Taken for", labels, "mistakes_all_said")
    asked = {"right": WHICH[which], "order": order, "true": true, "predicted": said, "weights": score["weights"]}
    found = workbench().mistakes(run, score["split"], **asked)
    if not found["found"]:
        st.caption("No picture fits.")
    elif found["found"] > AT_ONCE:
        place = turned(found["found"], f"mistakes_all_{which}_{order}_{true}_{said}")
        found = workbench().mistakes(run, score["split"], **asked, page=place)
    st.caption(f"{found['found']:,} of {found['n']:,} pictures.")
    picture_list.draw(run, score["split"], found["rows"], "mistakes_all")


def any_class(label: str, labels: list[str], key: str) -> str | None:
    if st.session_state.get(key) not in labels:  # another run may know others
        st.session_state.pop(key, None)
    return st.selectbox(label, labels, index=None, placeholder="any class", key=key, width=200)


def draw_downloads(run: str, score: Score) -> None:
    found = workbench().mistakes(run, score["split"], weights=score["weights"], order="file", at_once=None)
    name = f"{run}-{score['split']}-{score['weights']}"
    with st.container(horizontal=True):
        st.download_button("Every prediction", csv_of(found["rows"]), f"{name}.csv", "text/csv", key="mistakes_csv")
        if score["confusion"]:
            labels = [each["label"] for each in score["classes"]]
            rows = [
                {"true \\ predicted": label, **dict(zip(labels, counts, strict=True))}
                for label, counts in zip(labels, score["confusion"], strict=True)
            ]
            st.download_button("The matrix", csv_of(rows), f"{name}-matrix.csv", "text/csv", key="mistakes_csv_matrix")
    st.caption("The menu at a chart's corner saves it as PNG or SVG.")
