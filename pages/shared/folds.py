"""A fold that costs nothing while it is closed, and whose title may change while it is open."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def fold(title: str, key: str) -> Iterator[bool]:
    """Draw inside of it only where it says that it is open.

    To Streamlit an expander of another title is another one, which is closed: what is open is remembered here.
    """
    remembered = f"{key}_open"
    box = st.expander(title, expanded=st.session_state.get(remembered, False), key=key, on_change="rerun")
    st.session_state[remembered] = bool(box.open)
    with box:
        yield bool(box.open)


def open_once(key: str, occasion: str) -> None:
    """Open a fold on an occasion, and leave it to its reader from then on."""
    seen = f"{key}_opened_for"
    if st.session_state.get(seen) != occasion:
        st.session_state[seen], st.session_state[f"{key}_open"] = occasion, True
