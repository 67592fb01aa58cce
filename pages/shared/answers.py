"""What runs say about a visitor's pictures: asked once, kept in their session alone, drawn beside the picture."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.asked_pictures import Asked
from pages.shared.bars import bars
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

SIDE = 240
KEPT = "predict_answers"

Answer = dict[str, Any]


def answers_of(run: str, pictures: Sequence[Asked]) -> list[Answer]:
    """For each picture what the run says, or the reason why it can't be read."""
    kept: dict[tuple[str, str, str], Answer] = st.session_state.setdefault(KEPT, {})
    new = [each for each in pictures if (run, each.key, each.name) not in kept]
    if new:
        with st.spinner("Asking it; the first time takes some seconds."):
            said = workbench().predict(run, [(each.name, each.content) for each in new], size=SIDE, familiar=True)
        found = {each["file"]: each for each in [*said["predictions"], *said["rejected"]]}
        classes = {"classes": said["classes"]}
        kept |= {(run, each.key, each.name): {**found[each.name], **classes} for each in new}
    return [kept[run, each.key, each.name] for each in pictures]


def forget_all_but(pictures: Sequence[Asked]) -> None:
    """What is not on the page any more is not kept either."""
    here = {(each.key, each.name) for each in pictures}
    kept = st.session_state.get(KEPT, {})
    st.session_state[KEPT] = {key: answer for key, answer in kept.items() if key[1:] in here}


def draw(place: str, asked: Asked, said: Sequence[tuple[str, Answer]]) -> None:
    """One picture, and beside it what each run (by its name) says."""
    first = said[0][1]
    if "reason" in first:
        st.warning(plain(first["reason"]))
        return
    left, *others = st.columns([1, *[2] * len(said)])
    left.image(first["picture"], plain(asked.name), alt=f"the picture {asked.name}")
    for number, (column, (name, answer)) in enumerate(zip(others, said, strict=True)):
        with column:
            _draw_answer(f"{place}_{number}", name, answer, asked.truth)


def _draw_answer(key: str, run: str, answer: Answer, truth: str | None) -> None:
    top = answer["top"]
    title = f"{answer['label']}, {percent(answer['probability'])}"
    spec = bars([each["label"] for each in top], [each["probability"] for each in top], title, run, "probability")
    said = ", ".join(f"{each['label']} {percent(each['probability'])}" for each in top)
    st.vega_lite_chart(spec, width="stretch", key=f"predict_bars_{key}", alt=f"What {run} says: {said}")
    if truth is not None:
        verdict = "right" if truth == answer["label"] else "wrong"
        st.caption(f"In truth it is {plain(truth)}: {verdict}.")
    for note in answer["notes"]:
        st.warning(plain(note[:1].upper() + note[1:]) + ".")


def rows_of(asked: Sequence[Asked], said: Sequence[tuple[str, Sequence[Answer]]]) -> list[dict[str, Any]]:
    """A row per picture and run, as a table or CSV."""
    return [_row(picture, run, answer) for run, answers in said for picture, answer in zip(asked, answers, strict=True)]


def _row(picture: Asked, run: str, answer: Answer) -> dict[str, Any]:
    begun = {"file": picture.name, "run": run, "truth": picture.truth}
    if "reason" in answer:
        return {**begun, "label": None, "probability": None, "notes": answer["reason"]}
    others = {
        f"{field} {place}": each[field]
        for place, each in enumerate(answer["top"][1:], 2)
        for field in ("label", "probability")
    }
    return {
        **begun,
        "label": answer["label"],
        "probability": answer["probability"],
        "notes": "; ".join(answer["notes"]),
        **others,
    }
