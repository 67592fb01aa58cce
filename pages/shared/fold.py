"""A fold whose content is made only while it is open: a page stays quick however much lies below."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def fold(label: str, key: str) -> Iterator[bool]:
    """Answers whether it is open."""
    expander = st.expander(label, key=key, on_change="rerun")
    with expander:
        yield bool(expander.open)
