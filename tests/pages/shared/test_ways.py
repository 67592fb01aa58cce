"""Who is led to another page finds there what the way named, and nothing of the page before in its address."""

from streamlit.testing.v1 import AppTest


def test_a_way_has_an_address_of_its_own(app: AppTest):
    app.query_params["watch_run"] = "sample"
    app.run().switch_page("pages/watch.py").run()
    app.button(key="watch_mistakes").click().run()
    assert not app.exception and app.title[0].value == "Mistakes"
    assert app.selectbox(key="mistakes_run").value == "sample"
    assert "watch_run" not in app.query_params
