"""Train: choose what learns, from what, and how; see it before it runs."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.learners import Learner, learner_in
from core.errors import ExplorerError
from pages.shared import recipe_state
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.recipe_form import draw_first, draw_folds, draw_presets
from pages.shared.recipe_preview import draw_estimate, draw_preview, draw_rates, seen_soon
from pages.shared.starting import draw_start
from pages.shared.sweep_form import draw_sweep
from pages.shared.words import plain
from pages.shared.workbench import workbench

enter()

Told = Mapping[str, Any]

CHECKING = "Looking whether all of it is here …"


def draw() -> None:
    told = recipe_state.told_recipe()
    fields = {each["name"]: each for each in told["fields"]}
    trouble, seen = look(told)
    draw_presets(told)
    left, right = st.columns([5, 6], gap="large")
    with left:
        draw_first(fields)
    with right:
        st.markdown(in_a_sentence(told["recipe"]))
        draw_start(told, trouble, run_facts())
        if trouble is None:
            draw_estimate(told)
            draw_preview(seen, told["recipe"]["examples_per_class"])
        draw_rates(told)
    draw_folds(fields, {"Pictures": lambda: draw_first_batch(seen)})
    draw_run_facts()
    draw_sweep(told, trouble, run_facts()["device"])
    draw_wording(told)


def look(told: Told) -> tuple[str | None, dict[str, Any] | None]:
    """Why the recipe can't be trained here, if so; else what it would do, as soon as that is known."""
    recipe_state.told_misfit(None)
    for _, sentence in recipe_state.refused().values():
        return sentence, None
    try:
        if workbench().soon("check", told["recipe"], patience=2) is None:
            return CHECKING, None
        return None, seen_soon(told)
    except ExplorerError as error:
        recipe_state.told_misfit(error)
        return str(error), None


def in_a_sentence(recipe: Mapping[str, Any]) -> str:
    """Only what counts for its learner."""
    learner = learner_in(recipe)
    if learner.follows_strategy:
        return of_a_strategy(recipe)
    name = recipe_state.named(recipe["learner"])["name"]
    start = "" if recipe["pretrained"] else " with random weights"
    stands = f" upon the features of **{plain(recipe['backbone'])}**{start}" if learner.takes_backbone else ""
    epochs = f", for {recipe['epochs']:,} epochs" if learner.round == Learner.round else ""
    return f"**{plain(name)}** learns **{plain(recipe['dataset'])}**{stands}{epochs}."


def of_a_strategy(recipe: Mapping[str, Any]) -> str:
    strategy, held = recipe_state.named(recipe["strategy"])["name"], recipe["regularizers"]
    names = [recipe_state.named(each)["name"] for each in held]
    against = f", held back by {plain(' and '.join(names))}" if names else ""
    start = "" if recipe["pretrained"] else ", from scratch"
    return (
        f"**{plain(recipe['backbone'])}** learns **{plain(recipe['dataset'])}** by the strategy "
        f"**{plain(strategy)}**{start}{against}, for {recipe['epochs']:,} epochs."
    )


def draw_first_batch(seen: Mapping[str, Any] | None) -> None:
    if seen and seen["sheet"]:
        st.markdown("**The first batch**, as the network would see it:")
        st.image(seen["sheet"], width="stretch", alt="The first batch of training pictures, augmented")


def run_facts() -> dict[str, str]:
    """What is no part of the recipe: the same learning under another name, or elsewhere."""
    said = st.session_state
    return {"name": said.get("train_name", ""), "device": said.get("train_device") or "auto"}


def draw_run_facts() -> None:
    said = run_facts()
    title = f"Name and device: {said['name'] or 'a name is made up'}, {said['device']}"
    with st.expander(plain(title), key="train_fold_name"):
        left, right = st.columns(2)
        left.text_input("Name of the run", key="train_name", placeholder="a name is made up")
        where = "Where to compute; auto finds a GPU. Any other, such as cuda:1, can be typed."
        devices = ["auto", "cpu", "cuda:0", "mps"]
        right.selectbox("Device", devices, key="train_device", help=where, accept_new_options=True)


def draw_wording(told: Told) -> None:
    with st.expander("As a command, as JSON", key="train_fold_wording"):
        st.caption("The same from a terminal:")
        st.code(told["command"], language="bash", wrap_lines=True)
        st.caption("The recipe in full, for a file:")
        st.code(json.dumps(told["recipe"], indent=1, ensure_ascii=False), language="json", height=240)


with page("Train", "Choose what learns, from what, and how; see it before it runs."):
    draw()
