"""The whole application without a browser, in the home of each test; its record and its workbench."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.engines.assistant.__main__ import reply
from core.engines.assistant.asking import Assistant
from core.engines.assistant.frames import read_frame, write_frame
from core.engines.assistant.mishaps import untold
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


@pytest.fixture(autouse=True)
def answers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages ask the assistant is answered in this process, which has loaded torch already, in the same frames.

    Loading it anew for each test took longer than all else that they do. A process of its own the assistant is in
    tests/engines/assistant, and behind every server that a browser visits.
    """

    def answer(assistant: Assistant, request: dict[str, Any]) -> Any:
        said = carried(reply(Home(assistant.log.parents[1]), carried(request)))
        if "mishap" in said:
            raise untold(said["mishap"])
        return said["answer"]

    monkeypatch.setattr(Assistant, "_answer", answer)


def carried(said: Any) -> Any:
    """As it comes out at the other end of a pipe."""
    pipe = BytesIO()
    write_frame(pipe, said)
    pipe.seek(0)
    return read_frame(pipe)


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
