"""Taking a run away from a page: an archive is made where torch is, and offered."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.export_fold import MADE
from tests.pages.conftest import app
from tests.pages.reading import everything_said

__all__ = ["app"]


@pytest.fixture(autouse=True)
def no_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THAW_TICK", "0")


def watch(app: AppTest, run: str) -> AppTest:
    app.query_params["watch_run"] = run
    app.session_state["watch_export"] = True
    return app.run().switch_page("pages/watch.py").run()


def test_an_archive_is_made_and_offered(app: AppTest, home_folder: Path):
    watch(app, "sample")
    assert "plain timm loads" in everything_said(app) and not app.get("download_button")
    app.button(key="watch_export_make").click().run(timeout=120)
    assert not app.exception and not app.error
    (offered,) = app.get("download_button")
    assert "MB" in offered.proto.label or "kB" in offered.proto.label
    assert app.session_state[MADE][1]["zip"].startswith(b"PK")


def test_another_choice_needs_another_archive(app: AppTest, home_folder: Path):
    watch(app, "sample")
    app.button(key="watch_export_make").click().run(timeout=120)
    app.checkbox(key="watch_export_onnx").check().run()
    assert not app.exception and not app.get("download_button")
    assert not app.checkbox(key="watch_export_inside").disabled
