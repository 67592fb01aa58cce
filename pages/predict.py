"""Predict: what a finished run says about pictures of your own."""

from typing import Any

import streamlit as st

from core.catalog.learners import LEARNERS
from pages.shared import answers, picker, reasons
from pages.shared.asked_pictures import Asked, gather, has_samples, try_first
from pages.shared.frame import page
from pages.shared.gallery import turned
from pages.shared.gate import enter
from pages.shared.tables import csv_of
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

enter()

ON_THE_WAY = ("queued", "running", "pausing", "paused", "stopping")
AT_ONCE = 12
POINTS = 2
"""Curves are not drawn here; two points are the fewest that can be asked for."""
WHY = {"heat": "Why: where it looked", "cuts": "Why: where it cut the picture, and what it took each part for"}


def can_predict(run: dict[str, Any]) -> bool:
    """It has ended, and judged its validation pictures at least once: then it has kept its best weights."""
    return run["state"] not in ON_THE_WAY and run["accuracy"] is not None


def draw() -> None:
    run = picker.picked_run("predict", only=can_predict)
    if run is None:
        draw_beginning()
        return
    asked = gather(run["run"])
    answers.forget_all_but(asked)
    shown = st.container()
    second = chosen_second(run)
    with shown:
        said = [(each["name"], answers.answers_of(each["run"], asked)) for each in [run, *second]]
        draw_answers(run["run"], asked, said)
    if asked:
        draw_reasons(run["run"], asked, said[0][1])
        draw_table(asked, said)


def draw_beginning() -> None:
    st.subheader("No run can predict yet")
    st.write("A run answers for pictures when it has been trained to its end. The digits take well under a minute.")
    if st.button("Train one", type="primary", key="predict_train"):
        lead_to("train")


def draw_answers(run: str, asked: list[Asked], said: list[tuple[str, list[answers.Answer]]]) -> None:
    if not asked:
        draw_invitation(run)
        return
    first = AT_ONCE * (turned(len(asked), "predict", AT_ONCE) - 1)
    for place in range(first, min(first + AT_ONCE, len(asked))):
        answers.draw(str(place), asked[place], [(name, given[place]) for name, given in said])


def draw_invitation(run: str) -> None:
    st.write("No picture is chosen yet: drop one above, or see how it answers for one it has not learned from.")
    if has_samples(run):
        st.button("Try a test picture", type="primary", key="predict_try", on_click=try_first, args=(run,))


def chosen_second(run: dict[str, Any]) -> list[dict[str, Any]]:
    """Another run that answers for the same pictures, if one was chosen."""
    others = [each for each in workbench().runs(picker.NEWEST) if can_predict(each) and each["run"] != run["run"]]
    by_id = {each["run"]: each for each in others}
    chosen = by_id.get(str(st.session_state.get("predict_second")))
    with st.expander(
        plain(f"A second run beside it: {chosen['name'] if chosen else 'none'}"), key="predict_second_fold"
    ):
        if not others:
            st.write("There is no second run with weights yet.")
            return []
        word = st.selectbox(
            "Second run",
            list(by_id),
            index=None,
            format_func=lambda each: picker.said(by_id[each]),
            placeholder="None",
            key="predict_second",
        )
    return [by_id[word]] if word in by_id else []


def draw_reasons(run: str, asked: list[Asked], said: list[answers.Answer]) -> None:
    learner = LEARNERS.entry(workbench().follow(run, POINTS)["learner"])
    if "why" in learner.without:
        st.caption(learner.without["why"])
        return
    fold = st.expander(WHY[learner.shows], key="predict_why_fold", on_change="rerun")
    if fold.open:
        with fold:
            reasons.draw(run, asked, said, learner.shows)


def draw_table(asked: list[Asked], said: list[tuple[str, list[answers.Answer]]]) -> None:
    rows = answers.rows_of(asked, said)
    with st.expander("The answers as a table, and as CSV"):
        st.dataframe(rows, width="stretch", hide_index=True, key="predict_table")
        st.download_button("Download CSV", csv_of(rows), "predictions.csv", "text/csv", key="predict_csv")


with page("Predict", "What a finished run says about pictures of your own."):
    draw()
