"""The whole application without a browser, in the home of each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def app() -> Iterator[AppTest]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    st.cache_resource.clear()
