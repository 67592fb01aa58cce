"""Watch and a path of heads: the slider goes from penalty to penalty, and tells what each head has right."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.home import Home
from core.service import Workbench
from tests.pages.reading import everything_said, plainly
from tests.typed import QUICK, typed_in_a_shell

pytestmark = pytest.mark.usefixtures("no_ticks")


@pytest.fixture(scope="module")
def home_of_paths(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A path of penalties, and one of two seeds and two rates."""
    home = tmp_path_factory.mktemp("home_of_paths")
    learners = {
        "one": '{"name": "path", "count": 4}',
        "several": '{"name": "path", "penalty": "l2", "count": 3, "seeds": 2, "rates": "0.1, 0.01"}',
    }
    for name, learner in learners.items():
        words = ["train", *QUICK, "--set", "backbone=thaw_small", "--set", "pretrained=true", "--name", name]
        said = typed_in_a_shell(*words, "--set", f"learner={learner}", THAW_HOME=str(home))
        assert said.code == 0, said.err
    return home


def watched(app: AppTest, home: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("THAW_HOME", str(home))
    app.query_params["watch_run"] = run_of(home, name)
    app.run().switch_page("pages/watch.py").run()
    assert not app.exception and [each.value for each in app.error] == []
    return app


def run_of(home: Path, name: str) -> str:
    bench = Workbench(Home(home))
    try:
        return bench.path(name)["run"]
    finally:
        bench.close()


def test_the_slider_goes_along_the_path(app: AppTest, home_of_paths: Path, monkeypatch: pytest.MonkeyPatch):
    page = watched(app, home_of_paths, "one", monkeypatch)
    assert "4 heads learned at once" in plainly(page) and len(page.get("vega_lite_chart")) == 5
    slider = page.select_slider[0]
    assert list(slider.options) == ["10", "0.1", "0.001", "none"]
    said = {}
    for place in range(4):
        slider = slider.set_value(place).run().select_slider[0]
        said[place] = next(each.value for each in page.markdown if each.value.startswith("With "))
    assert said[0].startswith("With l1 10: **") and said[3].startswith("With no penalty: **")
    assert "validation pictures right" in said[1] and len(set(said.values())) == 4


def test_of_several_seeds_and_rates_one_is_picked_and_all_are_told(
    app: AppTest, home_of_paths: Path, monkeypatch: pytest.MonkeyPatch
):
    page = watched(app, home_of_paths, "several", monkeypatch)
    assert "means over 2 seeds" in everything_said(page)
    (seeds,) = [each for each in page.selectbox if each.label == "Seed"]
    page = seeds.set_value(1).run()
    assert ", seed 1, rate " in next(each.value for each in page.markdown if each.value.startswith("With "))
    page.session_state[f"watch_path_rate_{run_of(home_of_paths, 'several')}"] = 0.1
    page.run()
    assert ", seed 1, rate 0.1: **" in next(each.value for each in page.markdown if each.value.startswith("With "))
