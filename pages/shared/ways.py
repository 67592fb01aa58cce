"""The way from one page to another."""

from collections.abc import Sequence

import streamlit as st


def lead_to(page: str, **query: str | Sequence[str]) -> None:
    """Open another page. What this one has in its address stays behind, also what a widget is bound to."""
    st.switch_page(f"pages/{page}.py", query_params=query)
