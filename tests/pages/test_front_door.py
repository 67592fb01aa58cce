"""The front door, without a browser: every page opens, in an empty home and beside a name that tries to be fetched."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from streamlit_app import PAGES
from tests.conftest import HOSTILE_NAME
from tests.pages.reading import everything_said


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("shown", ["1", "0"])
def test_every_page_opens_in_an_empty_home_with_and_without_the_sample(
    app: AppTest, page: str, shown: str, home_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_SAMPLE", shown)
    app.run().switch_page(f"pages/{page}.py").run()
    assert not app.exception and not app.error
    assert app.title[0].value == PAGES[page]
    assert not (home_folder / "runs.sqlite").exists(), "looking must write down no run"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_reads_a_runs_name_as_anything_but_text(
    app: AppTest, page: str, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    app.run().switch_page(f"pages/{page}.py").run()
    assert not app.exception
    assert HOSTILE_NAME not in everything_said(app)
