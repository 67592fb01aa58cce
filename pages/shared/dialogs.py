"""Dialogs over a page that has a clock of its own.

Streamlit closes a dialog when its page is drawn anew. That is right where a reader asked for it; where only a clock has
found that there is more to show, the page waits until the dialog has ended, and is then drawn anew for it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

import streamlit as st

OPEN = "dialog_is_open"

Given = ParamSpec("Given")
Ask = Callable[Given, None]


def dialog(title: str, width: Literal["small", "medium", "large"] = "small") -> Callable[[Ask[Given]], Ask[Given]]:
    """As `st.dialog`; to be opened while a whole page is drawn. Whoever closes it has the page drawn anew."""

    def decorate(ask: Ask[Given]) -> Ask[Given]:
        drawn = st.dialog(title, width=width, on_dismiss="rerun")(ask)

        @wraps(ask)
        def opened(*args: Given.args, **kwargs: Given.kwargs) -> None:
            st.session_state[OPEN] = True
            drawn(*args, **kwargs)

        return opened

    return decorate


def none_is_open() -> None:
    """A page that is drawn whole has none, until it opens one."""
    st.session_state[OPEN] = False


def draw_page_anew() -> None:
    """What a clock asks for: at once, unless a dialog stands over the page."""
    if not st.session_state.get(OPEN):
        st.rerun()
