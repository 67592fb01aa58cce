"""Help: the ideas, and every strategy as a picture."""

from collections.abc import Callable, Iterable

import streamlit as st

from core.catalog.regularizers import REGULARIZERS
from core.catalog.states import MEANING
from pages.shared import machine, strategy_cards
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.ideas import IDEAS
from pages.shared.verdict_rules import CLAIMS, RULES
from pages.shared.words import plain

enter()


def draw() -> None:
    """One topic at a time; it stands in the address, so that others can be sent there."""
    topic = st.segmented_control(
        "Topic", list(TOPICS), default="Strategies", required=True, key="help_topic", bind="query-params"
    )
    TOPICS[topic or "Strategies"]()


def draw_ideas() -> None:
    draw_paragraphs(IDEAS)


def draw_regularizers() -> None:
    for name in REGULARIZERS:
        regularizer = REGULARIZERS.entry(name)
        st.subheader(plain(name))
        st.write(plain(REGULARIZERS.help(name)))
        st.code(regularizer.formula, language=None, wrap_lines=True)
        st.caption(plain(f"Over {regularizer.covers}."))


def draw_verdicts() -> None:
    draw_paragraphs(RULES)
    st.subheader("A published claim")
    draw_terms(CLAIMS)


def draw_states() -> None:
    draw_terms(MEANING.items())
    st.write("Whatever happens to its worker, a run keeps its events, its best weights and its last snapshot.")


def draw_paragraphs(paragraphs: Iterable[tuple[str, str]]) -> None:
    for title, text in paragraphs:
        st.subheader(title)
        st.write(text)


def draw_terms(terms: Iterable[tuple[str, str]]) -> None:
    st.markdown("\n".join(f"- **{term}**: {meaning}" for term, meaning in terms))


TOPICS: dict[str, Callable[[], None]] = {
    "Strategies": strategy_cards.draw,
    "Ideas": draw_ideas,
    "Regularizers": draw_regularizers,
    "Noise and verdicts": draw_verdicts,
    "States of a run": draw_states,
    "This machine": machine.draw,
}

with page("Help", "The ideas, and every strategy as a picture."):
    draw()
