"""The recipe of a visit: a widget that speaks up for the last time changes nothing of the choice that followed."""

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from pages.shared import recipe_state
st.session_state["train_recipe"] = {"strategy": {"name": "last_layers", "count": 3}}
recipe_state.told_recipe()
recipe_state.change_setting("strategy", *st.session_state["asked"])
st.session_state["refused"] = dict(recipe_state.refused())
"""


@pytest.mark.parametrize(
    ("asked", "count"),
    [(("last_layers", "count", 7), 7), (("last_stages", "count", 7), 3), (("freeze_until", "epoch", 7), 3)],
)
def test_only_the_choice_that_stands_takes_a_setting(asked: tuple[str, str, int], count: int):
    page = AppTest.from_string(SCRIPT, default_timeout=30)
    page.session_state["asked"] = asked
    page.run()
    assert not page.exception
    strategy = page.session_state["train_recipe"]["strategy"]
    assert (strategy["name"], strategy["count"]) == ("last_layers", count)
    assert page.session_state["refused"] == {}
