"""Numbers on the Train page stand in their fields from the first drawing on, whatever a browser misses in between."""

from streamlit.testing.v1 import AppTest


def test_a_field_begins_with_what_the_recipe_says(app: AppTest):
    app.session_state["train_recipe"] = {"epochs": 3, "examples_per_class": 7, "lr": 0.02}
    page = app.run().switch_page("pages/train.py").run()
    begun = {name: page.number_input(key=f"train_set_{name}") for name in ("epochs", "examples_per_class", "lr")}
    assert {name: each.proto.default for name, each in begun.items()} == {
        "epochs": 3,
        "examples_per_class": 7,
        "lr": 0.02,
    }
    page.number_input(key="train_set_epochs").set_value(5).run()
    assert page.number_input(key="train_set_epochs").value == page.session_state["train_recipe"]["epochs"] == 5
    page.button(key="train_reset_epochs").click().run()
    assert page.number_input(key="train_set_epochs").value == page.session_state["train_recipe"]["epochs"] != 5
