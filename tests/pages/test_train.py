"""The Train page, without a browser: the first recipe is the terminal's, whatever the catalog holds can be chosen."""

import re
import shlex
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog.augmentations import AUGMENTATIONS
from core.catalog.optimizers import OPTIMIZERS, SCHEDULES
from core.catalog.presets import PRESETS
from core.catalog.registry import Registry
from core.catalog.regularizers import REGULARIZERS
from core.catalog.strategies import STRATEGIES
from core.recipe import Recipe
from core.service import open_workbench
from core.terminal.parsing import build_parser
from core.terminal.recipes import recipe_of
from pages.shared.recipe_preview import in_pictures
from tests.conftest import HOSTILE_NAME
from tests.pages.train_page import chosen, one_home, page, sound

__all__ = ["one_home", "page"]

CHOICES = {"strategy": STRATEGIES, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}
LISTS = {"regularizers": REGULARIZERS, "augmentation": AUGMENTATIONS}


def typed_again(page: AppTest) -> Recipe:
    """What the command on the page makes of itself."""
    (command,) = [each.value for each in page.code if each.value.startswith("python -m core train")]
    return recipe_of(build_parser().parse_args(shlex.split(command)[3:]))


def settings_of(page: AppTest, field: str, name: str) -> list[Any]:
    kinds = [*page.number_input, *page.toggle, *page.selectbox]
    return [each for each in kinds if str(each.key).startswith(f"train_set_{field}_{name}_")]


def test_the_untouched_page_has_the_recipe_that_the_terminal_begins_with(page: AppTest):
    sound(page)
    assert chosen(page).hash == recipe_of(build_parser().parse_args(["train"])).hash
    assert not page.button(key="train_start").disabled
    assert [each.key for each in page.button if each.proto.type == "primary"] == ["train_start"]


@pytest.mark.parametrize(("field", "registry"), CHOICES.items(), ids=lambda each: each if isinstance(each, str) else "")
def test_each_choice_of_the_catalog_can_be_made_and_asks_for_what_matters(
    page: AppTest, field: str, registry: Registry
):
    for name in registry:
        sound(page.selectbox(key=f"train_set_{field}").set_value(name).run())
        assert getattr(chosen(page), field) == registry.choose(name)
        asked = len(settings_of(page, field, name))
        assert asked == len([each for each in registry.knobs(name) if not each.when])
        assert typed_again(page).hash == chosen(page).hash


@pytest.mark.parametrize(("field", "registry"), LISTS.items(), ids=lambda each: each if isinstance(each, str) else "")
def test_all_of_a_list_can_be_chosen_at_once(page: AppTest, field: str, registry: Registry):
    names = [name for name in registry if name != "none"]
    sound(page.multiselect(key=f"train_set_{field}").set_value(names).run())
    assert {each.name for each in getattr(chosen(page), field)} == set(names)
    assert typed_again(page).hash == chosen(page).hash


def test_every_setting_of_every_regularizer_reaches_the_recipe(page: AppTest):
    page.multiselect(key="train_set_regularizers").set_value(REGULARIZERS.names()).run()
    for name in REGULARIZERS:
        for knob in REGULARIZERS.knobs(name):
            if isinstance(knob.default, float):
                wanted = knob.high if knob.high is not None and knob.high < 1 else knob.default * 2
                key = f"train_set_regularizers_{name}_{knob.name}"
                page.number_input(key=key).set_value(wanted)
    sound(page.run())
    for choice in chosen(page).regularizers:
        floats = [knob for knob in REGULARIZERS.knobs(choice.name) if isinstance(knob.default, float)]
        assert all(choice[knob.name] != knob.default for knob in floats), choice


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_laid_over_what_suits_the_dataset(page: AppTest, preset: str):
    sound(page.pills(key="train_preset").set_value(preset).run())
    assert chosen(page).hash == Recipe.suggested().with_preset(preset).hash
    assert PRESETS.help(preset) in [caption.value for caption in page.caption]
    page.number_input(key="train_set_epochs").set_value(3).run()
    assert page.pills(key="train_preset").value is None


def test_what_was_changed_bears_a_dot_and_goes_back(page: AppTest):
    page.number_input(key="train_set_epochs").set_value(3).run()
    assert [each.value for each in page.caption if each.value.startswith("●")] == ["● changed; one begins with 40"]
    page.number_input(key="train_set_lr").set_value(0.5).run()
    titles = [each.label for each in page.expander]
    assert any("● learning rate 0\\.5" in title for title in titles)
    for field in ("epochs", "lr"):
        page.button(key=f"train_reset_{field}").click().run()
    assert chosen(page).hash == Recipe.suggested().hash
    assert not [each for each in page.caption if each.value.startswith("●")]


def test_no_number_leaves_its_limits(page: AppTest):
    spec = {each["name"]: each for each in open_workbench().describe({})["fields"] if each["kind"] == "number"}
    for name, field in spec.items():
        widget = page.number_input(key=f"train_set_{name}")
        assert (widget.min, widget.max) == (field["low"], field["high"])


def test_another_dataset_brings_what_suits_it_and_keeps_what_was_changed(page: AppTest):
    page.selectbox(key="train_set_strategy").set_value("gradual").run()
    sound(page.selectbox(key="train_set_dataset").set_value("digit_sums").run())
    expected = Recipe.suggested("digit_sums").with_overrides(["strategy=gradual"])
    assert chosen(page).hash == expected.hash


def test_the_settings_of_a_strategy_come_and_go_with_it(page: AppTest):
    page.selectbox(key="train_set_strategy").set_value("last_stages").run()
    page.number_input(key="train_set_strategy_last_stages_count").set_value(3).run()
    page.selectbox(key="train_set_strategy").set_value("gradual").run()
    assert settings_of(page, "strategy", "last_stages") == []
    page.selectbox(key="train_set_strategy").set_value("last_stages").run()
    assert sound(page).number_input(key="train_set_strategy_last_stages_count").value == 1
    assert dict(chosen(page).strategy.knobs) == {"count": 1}


def test_what_cannot_be_is_told_by_its_field_and_start_waits(page: AppTest):
    page.text_input(key="train_set_image_size").set_value("enormous").run()
    (error,) = page.error
    assert "image" in error.value and "pixels" in error.value
    assert page.button(key="train_start").disabled
    page.text_input(key="train_set_image_size").set_value("32 x 64").run()
    assert sound(page).session_state["train_recipe"]["image_size"] == [32, 64]
    assert not page.button(key="train_start").disabled


@pytest.mark.parametrize("name", ["nothing_here", HOSTILE_NAME, "../up", "a" * 300])
def test_a_dataset_that_is_not_there_is_one_sentence_and_stays_text(page: AppTest, name: str):
    page.session_state["train_dataset"] = name
    page.run()
    assert not page.exception
    assert page.button(key="train_start").disabled
    assert len(page.error) == 1
    told = "\n".join(each.value for each in [*page.error, *page.caption, *page.markdown])
    assert re.search(r"(?<!\\)!\[", told) is None
    assert "<script>" not in told


def test_a_recipe_of_another_page_is_taken_up_in_part_or_in_full(page: AppTest):
    page.session_state["train_recipe"] = {"strategy": {"name": "gradual", "epochs_per_stage": 2}}
    sound(page.run())
    assert page.number_input(key="train_set_strategy_gradual_epochs_per_stage").value == 2
    assert chosen(page).epochs == Recipe.suggested().epochs
    full = Recipe.parse({"dataset": "digit_sums", "lr": 0.25}).to_json()
    page.session_state["train_recipe"] = full
    assert chosen(sound(page.run())).to_json() == full
    page.session_state["train_dataset"] = "digits"
    assert chosen(sound(page.run())).dataset == "digits"


def test_a_recipe_that_cannot_be_read_is_told_and_left(page: AppTest):
    page.session_state["train_recipe"] = {"strategy": "melting"}
    page.run()
    assert not page.exception
    assert len(page.warning) == 1
    assert chosen(page).hash == Recipe.suggested().hash


def test_a_setting_of_the_choice_before_is_not_laid_upon_the_next(page: AppTest):
    page.selectbox(key="train_set_strategy").set_value("freeze_until").run()
    page.number_input(key="train_set_strategy_freeze_until_epoch").set_value(5)
    page.selectbox(key="train_set_strategy").set_value("discriminative").run()
    assert chosen(sound(page)).strategy.name == "discriminative" and not page.error


@pytest.mark.parametrize(
    ("pictures", "each_class", "said"),
    [
        (
            {"train": 50, "val": 180, "test": 180},
            5,
            "Pictures: 50 train (5 per class, as chosen under “Pictures”), 180",
        ),
        ({"train": 40, "val": 8, "test": 7}, None, "7 test. Of 7, a single one is 14 points of accuracy."),
        ({"train": 40}, None, "Pictures: 40 train."),
    ],
)
def test_how_few_pictures_there_are_is_told(pictures: dict[str, int], each_class: int | None, said: str):
    assert said in in_pictures(pictures, each_class)
