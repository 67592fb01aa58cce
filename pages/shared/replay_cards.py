"""The published experiments as cards: what each wanted to know, some claims, and what came of it here last."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.replay_standing import standing
from pages.shared.replay_words import lasts
from pages.shared.words import ago, counted, percent, plain
from pages.shared.workbench import workbench

Told = Mapping[str, Any]

ACROSS = 2
CLAIMS_AT_ONCE = 3
MEMBERS_AT_ONCE = 6


def draw(cards: Sequence[Told], key: str) -> None:
    """A press on a card's button puts its name at `key`."""
    begun = newest_of()
    for first in range(0, len(cards), ACROSS):
        for column, card in zip(st.columns(ACROSS), cards[first : first + ACROSS], strict=False):
            with column:
                draw_card(card, begun.get(card["name"]), key)


def newest_of() -> dict[str, Told]:
    """The newest replay of each card."""
    return {each["card"]["name"]: each for each in reversed(workbench().replays_begun())}


def draw_last(begun: Told) -> None:
    """What came of it last; a smaller form says so at each figure."""
    st.caption(plain(f"Begun {ago(begun['created'])}, {begun['form']} form: {begun['state']}"))
    if begun["state"] == "done":
        told = [member for member in standing(begun["sweep"])["members"] if member["interval"]]
        lines = [
            f"- {plain(member['name'])} **{plain(here(member))}**: {plain(judged(member, begun['form']))}"
            for member in told
        ]
        st.markdown("\n".join(lines[:MEMBERS_AT_ONCE]))


def here(member: Told) -> str:
    low, high = member["interval"]
    return f"{percent(member['outcome'])} ({100 * low:.1f} to {100 * high:.1f})"


def judged(member: Told, form: str) -> str:
    return f"not judged, {form} form" if form != "full" else member["verdict"]


def draw_card(card: Told, begun: Told | None, key: str) -> None:
    name = card["name"]
    with st.container(border=True, height="stretch", key=f"replays_card_{name}"):
        st.markdown(f"**{plain(card['title'])}**")
        st.write(plain(card["question"] or card["source"]))
        claims = [each["text"] for each in card["claims"] if each["kind"] not in ("figure", "right")]
        st.markdown("\n".join(f"- {plain(each)}" for each in claims[:CLAIMS_AT_ONCE]))
        st.caption(plain(f"{counted(len(card['claims']), 'claim')}; quick: {lasts(card['forms']['quick'])}"))
        if begun:
            draw_last(begun)
        st.button("Open", key=f"replays_open_{name}", on_click=st.session_state.__setitem__, args=(key, name))
