"""The frame of every page keeps what was typed beside the recipe while another page is looked at."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import KEPT

TYPED = {
    "train_name": ("text_input", "of mine"),
    "train_device": ("selectbox", "cpu"),
    "train_grid": ("multiselect", ["lr"]),
    "train_grid_lr": ("text_input", "0.1, 0.2"),
    "train_seeds": ("number_input", 4),
    "train_halving": ("toggle", True),
}


def test_each_field_that_is_kept_is_tried_here():
    assert set(KEPT) <= TYPED.keys()


@pytest.mark.parametrize("key", TYPED)
def test_what_was_typed_is_still_there_after_a_look_elsewhere(app: AppTest, key: str):
    app.run().switch_page("pages/train.py").run()
    if key == "train_grid_lr":
        app.multiselect(key="train_grid").set_value(["lr"]).run()
    kind, value = TYPED[key]
    getattr(app, kind)(key=key).set_value(value).run()
    app.switch_page("pages/help.py").run()
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert getattr(app, kind)(key=key).value == value
