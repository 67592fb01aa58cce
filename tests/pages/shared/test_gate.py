"""Behind a door or not: what the pages make of it where there is none, and where it was lost."""

import os
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from door import hosting

PROJECT = Path(__file__).resolve().parent.parent.parent.parent


def test_on_a_laptop_there_is_no_door(home_folder: Path):
    st.cache_resource.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    assert not app.exception and not app.warning and not app.sidebar
    assert not (home_folder / "door.key").exists()


def test_a_server_whose_modules_were_loaded_anew_shows_nobody_anything(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(hosting.HOSTED_BY, str(os.getpid()))
    with pytest.raises(RuntimeError, match="start the server anew"):
        hosting.door()
    monkeypatch.setenv(hosting.HOSTED_BY, "0")
    assert hosting.door() is None
