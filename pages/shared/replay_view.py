"""One published experiment: what it claims, what it left open, running it, and what came of it."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared import replay_table, wrapped_table
from pages.shared.folds import fold
from pages.shared.replay_words import lasts
from pages.shared.words import plain
from pages.shared.workbench import workbench

Told = Mapping[str, Any]


def draw(card: Told, given: str | Told) -> None:
    """A card, and how it is asked for: by its name, or as somebody handed it in."""
    st.subheader(plain(card["title"]))
    st.write(plain(card["question"]))
    st.caption(plain(card["source"]))
    draw_start(card, given, "quick")
    newest = workbench().replays_begun(given)
    if newest:
        replay_table.draw(_picked(newest))
    else:
        draw_claims(card)
    draw_left_open(card)
    draw_hour(card, given)
    draw_full(card, given)
    draw_document(card)


def _picked(begun: list[dict[str, Any]]) -> str:
    """The newest one, unless another was chosen."""
    if len(begun) == 1:
        return begun[0]["sweep"]
    words = {each["sweep"]: f"{each['name']} · {each['state']} · {each['sweep']}" for each in begun}
    return st.selectbox("Replay", list(words), format_func=words.__getitem__, key="replays_begun") or begun[0]["sweep"]


def draw_start(card: Told, given: str | Told, form: str, primary: bool = True) -> None:
    label = f"Run the {form} form"
    kind = "primary" if primary else "secondary"
    if st.button(label, type=kind, key=f"replays_run_{form}"):
        try:
            made = workbench().replay(given, form, seeds=_seeds(form), chosen=chosen_of(card))
            st.session_state["replays_begun"] = made["sweep"]
            st.rerun()
        except ExplorerError as error:
            st.error(plain(error))
    said = lasts(card["forms"][form])
    st.caption(plain(f"{said[:1].upper()}{said[1:]}. {card['forms'][form]['left_out']}"))


def _seeds(form: str) -> int | None:
    return st.session_state.get("replays_seeds") if form == "full" else None


def chosen_of(card: Told) -> dict[str, str]:
    """What was chosen otherwise than the card says."""
    names = [each["name"] for each in card["left_open"] if each["options"]]
    given = {name: st.session_state.get(f"replays_choose_{card['name']}_{name}") for name in names}
    return {name: option for name, option in given.items() if option}


def draw_claims(card: Told) -> None:
    """What is claimed, before anything has been run."""
    rows = [
        {
            "claim": each["text"],
            "published": each["published"],
            "told in": ", ".join(each["forms"]),
        }
        for each in card["claims"]
    ]
    wrapped_table.draw(rows, "What is claimed")


def draw_left_open(card: Told) -> None:
    with fold(f"What the report left open: {len(card['left_open'])}", "replays_open") as is_open:
        if is_open:
            for each in card["left_open"]:
                if each["options"]:
                    draw_choice(card, each)
                else:
                    st.markdown(f"- {plain(each['question'])}: **{plain(each['chosen'])}**")


def draw_choice(card: Told, each: Told) -> None:
    place = each["options"].index(each["chosen"])
    key = f"replays_choose_{card['name']}_{each['name']}"
    st.selectbox(plain(each["question"]), each["options"], index=place, key=key)


def draw_hour(card: Told, given: str | Told) -> None:
    form = card["forms"].get("hour")
    if form is None:
        return
    with fold(f"As much as an hour allows: {plain(lasts(form))}", "replays_hour") as is_open:
        if is_open:
            draw_start(card, given, "hour", primary=False)


def draw_full(card: Told, given: str | Told) -> None:
    form = card["forms"]["full"]
    with fold(f"The full form: {plain(lasts(form))}", "replays_full") as is_open:
        if is_open:
            st.number_input("Seeds", 1, 20, 3, key="replays_seeds", help="A claim about a recipe takes three.")
            draw_start(card, given, "full", primary=False)


def draw_document(card: Told) -> None:
    with fold("The card as JSON, to change and to hand on", "replays_document") as is_open:
        if is_open:
            text = json.dumps(card["document"], indent=2, ensure_ascii=False)
            st.download_button("Download the card", text, f"{card['name']}.json", "application/json")
            st.code(text, language="json", height=300)
