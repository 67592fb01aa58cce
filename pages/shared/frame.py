"""What frames every page: its title, one sentence, and a mishap told in a sentence instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import ExplorerError
from pages.shared.colours import colours
from pages.shared.dialogs import none_is_open
from pages.shared.words import plain

CLOSE_TO_THE_TOP = ".stMainBlockContainer { padding-top: 5rem; }"
"""Streamlit leaves room for six lines above every title."""

ON_PRIMARY = """
[data-testid^="stBaseButton-primary"], [data-testid^="stBaseButton-primary"]:hover,
[data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] * { color: %s; }
"""
"""Streamlit writes white on the primary colour, however light that is."""


QUIET_WORDS = '[data-testid="stCaptionContainer"] { color: %s; opacity: 1; }'
"""Streamlit makes them paler than small words may be."""

KEPT = ("train_name", "train_device", "train_grid", "train_seeds", "train_halving")
KEPT_BELOW = "train_grid_"
"""What is typed on a page and no part of a recipe, by its key or the beginning of it."""


def style() -> str:
    """What a theme's settings can't say."""
    now = colours()
    return f"<style>{CLOSE_TO_THE_TOP}{ON_PRIMARY % now.ground}{QUIET_WORDS % now.quiet}</style>"


@contextmanager
def page(title: str, sentence: str) -> Iterator[None]:
    """Everything a page draws is drawn inside of this."""
    _keep_what_was_typed()
    none_is_open()
    st.title(title)
    st.write(sentence)
    with mishaps_told():
        yield


def _keep_what_was_typed() -> None:
    """Streamlit forgets what stands in a field as soon as a page without it is drawn."""
    for key in map(str, st.session_state):
        if key in KEPT or key.startswith(KEPT_BELOW):
            st.session_state[key] = st.session_state[key]


@contextmanager
def mishaps_told() -> Iterator[None]:
    """For a fragment, which is drawn again without its page."""
    try:
        yield
    except ExplorerError as error:
        st.error(plain(error))
