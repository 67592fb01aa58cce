"""The way from one page to another."""

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def lead_to(page: str, **query: str | Sequence[str]) -> None:
    """Open another page. What this one has in its address stays behind, also what a widget is bound to."""
    forget_what_ticks()
    st.switch_page(f"pages/{page}.py", query_params=query)


def forget_what_ticks() -> None:
    """The browser lets a page tick until it hears of the next one, which takes a moment where much is to be done.

    Streamlit answers such a tick after it has drawn the next page, as if it were still on this one, and what the
    browser then has is neither: it goes white. A tick of what nobody knows any more is not answered.
    """
    if context := get_script_run_ctx():
        context.fragment_storage.clear()
