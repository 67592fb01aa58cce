"""The whole application without a browser, in the home of each test; its record and its workbench."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.home import Home
from core.runs.record import Record
from core.service import Workbench

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def app() -> Iterator[AppTest]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    st.cache_resource.clear()


@pytest.fixture
def no_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that draw themselves only when they are told to."""
    monkeypatch.setenv("THAW_TICK", "0")


@pytest.fixture
def record(home_folder: Path) -> Iterator[Record]:
    record = Record(Home(home_folder))
    yield record
    record.close()


@pytest.fixture
def bench(home_folder: Path) -> Iterator[Workbench]:
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()
