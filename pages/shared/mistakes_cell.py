"""The confusion matrix and, beside it, the pictures of the chosen cell: by a click, by two boxes, by address."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared import matrix, picture_list
from pages.shared.gallery import AT_ONCE, turned
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

TRUE, PREDICTED, MATRIX = "mistakes_true", "mistakes_pred", "mistakes_matrix"
SEEN, TURN = "mistakes_seen", "mistakes_turn"
NARROW = """<style>
.st-key-mistakes_list_narrow { display: none }
@media (max-width: 640px) {
  .st-key-mistakes_matrix_wide { display: none }
  .st-key-mistakes_list_narrow { display: flex }
}
</style>"""
"""A matrix of many classes can't be read on a phone: there the list of confusions takes its place."""

Score = Mapping[str, Any]


def draw(run: str, score: Score) -> tuple[str, str]:
    """The matrix, or what stands in for it; answers the chosen cell."""
    labels = [each["label"] for each in score["classes"]]
    follow_click(run, labels)
    follow_address(run, score, labels)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw_matrix(score, labels)
    with right:
        cell = draw_boxes(labels)
        draw_pictures(run, score, cell)
    return cell


def follow_click(run: str, labels: list[str]) -> None:
    """A click moves the boxes, once: what is chosen there afterwards counts."""
    cell = matrix.clicked(matrix_key())
    seen = (run, cell)
    if cell and seen != st.session_state.get(SEEN) and set(cell) <= set(labels):
        st.session_state[TRUE], st.session_state[PREDICTED] = cell
    st.session_state[SEEN] = seen


def matrix_key() -> str:
    """A matrix that is clicked twice in one place says so once; after the boxes were used, a fresh one listens."""
    turn = st.session_state.get(TURN, 0)
    return f"{MATRIX}_{turn}" if turn else MATRIX


def turn_to_boxes() -> None:
    if matrix.clicked(matrix_key()):
        st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def follow_address(run: str, score: Score, labels: list[str]) -> None:
    """What is not chosen by address or by hand is the most confused pair; another run begins anew."""
    first = score["top_confusions"][0] if score["top_confusions"] else {"true": labels[0], "predicted": labels[0]}
    anew = st.session_state.get("mistakes_of", run) != run
    for key, name in ((TRUE, "true"), (PREDICTED, "predicted")):
        known = st.session_state.get(key, st.query_params.get(key))
        wanted = first[name] if anew or known not in labels else known
        if st.session_state.get(key) != wanted:
            st.session_state[key] = wanted
    st.session_state["mistakes_of"] = run


def draw_matrix(score: Score, labels: list[str]) -> None:
    title = "What was taken for what"
    if len(labels) > matrix.LARGEST_MATRIX or not score["confusion"]:
        draw_list(score)
        return
    narrow = len(labels) > matrix.LARGEST_ON_A_PHONE
    if narrow:
        st.html(NARROW)
        with st.container(key="mistakes_list_narrow"):
            draw_list(score)
    with st.container(key="mistakes_matrix_wide" if narrow else "mistakes_matrix_any"):
        shares = st.session_state.get("mistakes_figures") == "shares"
        chosen = st.session_state[TRUE], st.session_state[PREDICTED]
        matrix.draw(labels, score["confusion"], title, matrix_key(), chosen, shares)
        st.segmented_control(
            "Figures in the cells",
            ["counts", "shares"],
            default="counts",
            key="mistakes_figures",
            label_visibility="collapsed",
        )


def draw_list(score: Score) -> None:
    """The confusions, most frequent first."""
    st.markdown("**Most often confused**")
    if not score["top_confusions"]:
        st.caption("Nothing was confused.")
        return
    rows = [
        {"true": each["true"], "predicted": each["predicted"], "pictures": each["count"], "share": each["share"]}
        for each in score["top_confusions"]
    ]
    share = st.column_config.NumberColumn("of the true class", format="percent")
    st.dataframe(rows, hide_index=True, column_config={"share": share}, height=min(480, 38 + 35 * len(rows)))


def draw_boxes(labels: list[str]) -> tuple[str, str]:
    true, predicted = st.columns(2)
    bound = {"bind": "query-params", "on_change": turn_to_boxes}
    first = true.selectbox("True class", labels, key=TRUE, **bound)
    second = predicted.selectbox("Predicted class", labels, key=PREDICTED, **bound)
    return str(first), str(second)


def draw_pictures(run: str, score: Score, cell: tuple[str, str]) -> None:
    true, predicted = cell
    asked = {"weights": score["weights"], "true": true, "predicted": predicted, "order": "confidence"}
    found = workbench().mistakes(run, score["split"], **asked)
    support = next(each["support"] for each in score["classes"] if each["label"] == true)
    what = "were seen as such" if true == predicted else f"were taken for **{plain(predicted)}**"
    share = f" ({percent(found['found'] / support)})" if support else ""
    st.markdown(f"{found['found']} of {support} pictures of **{plain(true)}** {what}{share}.")
    key = f"mistakes_cell_{true}_{predicted}"
    if found["found"] > AT_ONCE:
        found = workbench().mistakes(run, score["split"], **asked, page=turned(found["found"], key))
    picture_list.draw(run, score["split"], found["rows"], f"{key}_shown", columns=3)
