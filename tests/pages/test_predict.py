"""Predict, without a browser: a run answers for pictures, names stay text, a mishap is a sentence."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.conftest import HOSTILE_NAME, PROJECT


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("THAW_SAMPLE", "0")
    st.cache_resource.clear()
    st.cache_data.clear()
    yield AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    st.cache_resource.clear()


@pytest.fixture
def predict(app: AppTest, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("THAW_HOME", str(home_with_a_run))
    return app.run().switch_page("pages/predict.py").run()


def picture(name: str) -> tuple[str, bytes, str]:
    drawn = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)).save(drawn, "PNG")
    return name, drawn.getvalue(), "image/png"


def test_an_empty_home_says_what_is_missing_and_leads_to_train(app: AppTest, home_folder: Path):
    app.run().switch_page("pages/predict.py").run()
    assert not app.exception and not app.error
    assert app.subheader[0].value == "No run can predict yet"
    assert app.button(key="predict_train").label == "Train one"


def test_one_press_shows_an_answer_for_a_picture_it_has_not_learned_from(predict: AppTest):
    predict.button(key="predict_try").click().run()
    assert not predict.exception and not predict.error
    (truth,) = [each.value for each in predict.caption if each.value.startswith("In truth it is 0")]
    assert truth.endswith(("right.", "wrong."))
    (row,) = predict.dataframe[0].value.to_dict("records")
    assert row["truth"] == "0" and 0 < row["probability"] <= 1 and row["label 5"] in set("0123456789")
    assert row["run"] == HOSTILE_NAME


def test_uploads_are_answered_and_what_cannot_be_read_is_named_with_its_reason(predict: AppTest):
    hostile = f"{HOSTILE_NAME.replace('/', '_')}.png"
    files = [picture(hostile), ("bad.png", b"nonsense", "image/png"), picture(hostile)]
    predict.file_uploader(key="predict_files").set_value(files).run()
    assert not predict.exception and not predict.error
    assert [each.value for each in predict.warning if "bad" in each.value]
    rows = predict.dataframe[0].value.to_dict("records")
    assert [row["file"] for row in rows] == [hostile, "bad.png", f"{hostile} (2)"]
    assert rows[0]["probability"] == rows[2]["probability"]
    drawn = [each.value for each in [*predict.markdown, *predict.caption, *predict.warning]]
    assert not [text for text in drawn if "![](" in text], "a name became a picture to fetch"


def test_the_page_forgets_the_answers_to_pictures_that_were_taken_away(predict: AppTest):
    predict.button(key="predict_try").click().run()
    assert len(predict.session_state["predict_answers"]) == 1
    run = predict.selectbox(key="predict_run").value
    predict.session_state[f"predict_samples_{run}"] = []
    predict.run()
    assert predict.session_state["predict_answers"] == {}


def test_weights_that_are_gone_are_one_sentence(
    app: AppTest, home_with_a_run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    import shutil

    home = tmp_path / "copy"
    shutil.copytree(home_with_a_run, home, symlinks=True)
    (best,) = home.glob("runs/*/best")
    best.unlink()
    monkeypatch.setenv("THAW_HOME", str(home))
    app.run().switch_page("pages/predict.py").run()
    app.button(key="predict_try").click().run()
    assert not app.exception
    assert len(app.error) == 1 and "no weights" in app.error[0].value
