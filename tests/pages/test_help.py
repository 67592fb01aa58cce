"""Help tells of everything that is registered, and every strategy can be tried from there."""

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog.regularizers import REGULARIZERS
from core.catalog.states import MEANING
from core.catalog.strategies import STRATEGIES
from pages.shared.strategy_cards import stages_of
from tests.pages.reading import as_read, plainly


def opened(app: AppTest, topic: str = "Strategies") -> AppTest:
    app.query_params["help_topic"] = topic
    return app.run().switch_page("pages/help.py").run()


def test_every_strategy_has_its_drawing_its_sentences_and_a_way_to_try_it(app: AppTest):
    opened(app)
    assert not app.exception
    for name in STRATEGIES:
        assert as_read(app.button(key=f"help_try_{name}").label) == f"Try it: {name}"
        assert STRATEGIES.help(name) in plainly(app)
    assert len(app.get("vega_lite_chart")) == len(STRATEGIES) + 1


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_a_strategy_that_is_tried_stands_in_the_recipe_on_train(app: AppTest, name: str):
    app.session_state["train_recipe"] = {"epochs": 7}
    opened(app).button(key=f"help_try_{name}").click().run()
    assert not app.exception and app.title[0].value == "Train"
    recipe = app.session_state["train_recipe"]
    assert STRATEGIES.parse(recipe["strategy"]) == STRATEGIES.choose(name) and recipe["epochs"] == 7


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_a_drawing_is_the_strategy_itself(name: str):
    choice = STRATEGIES.choose(name)
    stages, strategy = stages_of(choice), STRATEGIES.build(choice)
    assert stages[0]["name"] == "stem" and stages[-1]["name"] == "head"
    for epoch in range(len(stages[0]["scales"])):
        assert [stage["scales"][epoch] for stage in stages] == strategy.lr_scales(len(stages), epoch)


def test_every_regularizer_states_its_formula_and_what_it_covers(app: AppTest):
    opened(app, "Regularizers")
    assert not app.exception
    for name in REGULARIZERS:
        assert REGULARIZERS.entry(name).formula in [code.value for code in app.code]
        assert REGULARIZERS.entry(name).covers in plainly(app)


def test_every_state_of_a_run_is_explained(app: AppTest):
    opened(app, "States of a run")
    assert all(f"**{state}**: {meaning}" in plainly(app) for state, meaning in MEANING.items())


@pytest.mark.parametrize(("topic", "word"), [("Ideas", "BatchNorm"), ("Noise and verdicts", "McNemar")])
def test_a_topic_is_reached_by_its_address(app: AppTest, topic: str, word: str):
    opened(app, topic)
    assert not app.exception and word in plainly(app)


def test_a_topic_that_there_is_not_opens_the_first_one(app: AppTest):
    opened(app, "![](http://127.0.0.1:9/x.png)")
    assert not app.exception and app.button(key="help_try_head")
