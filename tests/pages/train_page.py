"""The Train page as tests open it: over one home for all who only look, or over one that the test has made."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.recipe import Recipe

PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One home for all who only look: what is kept there is made once."""
    st.cache_resource.clear()
    yield tmp_path_factory.mktemp("home")
    st.cache_resource.clear()


@pytest.fixture
def page(one_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("THAW_HOME", str(one_home))
    return opened()


@pytest.fixture
def anew() -> Iterator[Callable[[], AppTest]]:
    """The page over the home that the test has made."""
    st.cache_resource.clear()
    yield opened
    st.cache_resource.clear()


def opened() -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    return app.switch_page("pages/train.py").run()


def chosen(page: AppTest) -> Recipe:
    return Recipe.parse(page.session_state["train_recipe"])


def sound(page: AppTest) -> AppTest:
    assert not page.exception
    assert [error.value for error in page.error] == []
    return page
