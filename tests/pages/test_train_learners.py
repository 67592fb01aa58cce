"""The Train page and learners that follow no strategy: there is none to choose, none is told, and it says why."""

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog.learners import LEARNERS, OF_ITS_OWN, Learner
from tests.pages.reading import as_read, everything_said


def opened(app: AppTest, learner: str) -> AppTest:
    app.session_state["train_recipe"] = {"learner": learner, "strategy": "gradual"}
    page = app.run().switch_page("pages/train.py").run()
    assert not page.exception and [error.value for error in page.error] == []
    return page


def keys_of(page: AppTest) -> set[str]:
    return {str(each.key) for kind in ("selectbox", "number_input") for each in getattr(page, kind)}


@pytest.mark.parametrize("name", list(LEARNERS))
def test_a_strategy_is_asked_for_and_told_only_where_one_is_followed(app: AppTest, name: str):
    learner, page = LEARNERS.entry(name), opened(app, name)
    said = as_read(everything_said(page))
    asked = {key for key in keys_of(page) if key.startswith("train_set_strategy")}
    assert bool(asked) is learner.follows_strategy
    assert ("by the strategy **gradual**" in said) is learner.follows_strategy
    assert (OF_ITS_OWN in said) is not learner.follows_strategy
    assert (f"**{name}** learns **digits**" in said) is not learner.follows_strategy
    assert ("**thaw_small**" in said) is learner.takes_backbone
    if learner.round != Learner.round:
        assert "epochs." not in said.partition("learns")[2].partition("\n")[0]


@pytest.mark.parametrize("name", [name for name in LEARNERS if "rate" in LEARNERS.entry(name).without])
def test_what_takes_no_steps_has_no_curve_of_rates(app: AppTest, name: str):
    assert LEARNERS.entry(name).without["rate"] in everything_said(opened(app, name))


def test_the_strategy_comes_back_with_a_learner_that_follows_it(app: AppTest):
    other = next(name for name in LEARNERS if not LEARNERS.entry(name).follows_strategy)
    page = opened(app, other)
    page.selectbox(key="train_set_learner").set_value("network").run()
    assert page.selectbox(key="train_set_strategy").value == "gradual"
