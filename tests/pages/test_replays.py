"""Replays: nothing is pretended; what a replay is and how claims are judged stands there."""

from streamlit.testing.v1 import AppTest

from tests.pages.reading import everything_said


def test_the_page_says_that_nothing_is_there_and_leads_to_train(app: AppTest):
    app.run().switch_page("pages/replays.py").run()
    assert not app.exception and "No published experiment is here yet" in app.info[0].value
    for verdict in ("better or worse", "reproduced", "cannot be told apart", "not judged"):
        assert f"**{verdict}**" in everything_said(app)
    app.button(key="replays_train").click().run()
    assert not app.exception and app.title[0].value == "Train"
