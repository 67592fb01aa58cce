"""Replays: published experiments: the claim beside the outcome."""

from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared import replay_cards, replay_view
from pages.shared.folds import fold
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.verdict_rules import CLAIMS
from pages.shared.words import plain
from pages.shared.workbench import workbench

enter()

KEY = "replays_card"
ALL = "all experiments"
OWN = "replays_own"


def draw() -> None:
    cards = {card["name"]: card for card in workbench().replays()}
    own = own_cards()
    chosen = st.selectbox("Experiment", [ALL, *cards, *own], key=KEY, bind="query-params")
    if chosen in own:
        replay_view.draw(workbench().replay_card(own[chosen]), own[chosen])
    elif chosen in cards:
        replay_view.draw(workbench().replay_card(chosen), chosen)
    else:
        replay_cards.draw(list(cards.values()), KEY)
        draw_own()
        draw_rules()


def own_cards() -> dict[str, Any]:
    """Cards that somebody handed in: in this visit, or to be run before."""
    begun = {each["card"]["name"]: each["card"] for each in workbench().replays_begun() if each["own"]}
    return {f"own: {name}": document for name, document in {**begun, **st.session_state.get(OWN, {})}.items()}


def draw_own() -> None:
    with fold("A card of your own", "replays_own_fold") as is_open:
        if is_open:
            st.write("A card is a JSON file: what is trained, and what is claimed of it. Begin with one that is here.")
            given = st.file_uploader("Card", ["json"], key="replays_upload")
            if given:
                take(given.getvalue())


def take(content: bytes) -> None:
    """Keep a card for this visit; what is wrong with it is one sentence."""
    try:
        card = workbench().read_card(content.decode("utf-8", "replace"))
    except ExplorerError as error:
        st.error(plain(error))
        return
    st.session_state.setdefault(OWN, {})[card["name"]] = card["document"]
    st.success(plain(f"{card['title']}: {len(card['claims'])} claims."))
    name = f"own: {card['name']}"
    st.button("Open it", key="replays_open_own", on_click=st.session_state.__setitem__, args=(KEY, name))


def draw_rules() -> None:
    with fold("How a claim is judged", "replays_rules") as is_open:
        if is_open:
            st.write(
                "Ours is the mean of at least three seeds, at the epoch and on the split that the report used. The "
                "difference has an interval, from the spread over seeds and from the number of pictures, whichever is "
                "wider. The quick and the hour form are smaller and say so; nothing of them is judged."
            )
            st.markdown("\n".join(f"- **{verdict}**: {when}" for verdict, when in CLAIMS))


with page("Replays", "Published experiments: the claim beside the outcome."):
    draw()
