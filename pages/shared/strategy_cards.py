"""Every strategy as a card: its drawing on a network like ResNet-50, what it is for, and a way to try it."""

from typing import Any

import streamlit as st

from core.catalog.registry import Choice
from core.catalog.strategies import STRATEGIES
from pages.shared.ice import heat_map
from pages.shared.ice_words import in_words, share
from pages.shared.ways import lead_to
from pages.shared.words import plain

EPOCHS = 8
PARTS = {"stage": 6, "block": 18, "layer": 107}
"""How many of each there are in a ResNet-50, its head included."""
EXPLAINED = "gradual"
ACROSS = 2
MOST_DRAWN = 27
"""Of more parts every second, third or fourth is drawn: else their outlines are all that one sees."""

Stages = list[dict[str, Any]]


def draw() -> None:
    st.vega_lite_chart(
        heat_map(stages_of(STRATEGIES.choose(EXPLAINED)), title=f"How to read the drawings: {EXPLAINED}"),
        width="stretch",
        key="help_drawing",
    )
    st.write(
        "A network is a stack of parts: pictures come in at the bottom, the answer leaves at the top. Epochs go to the "
        "right. Ice with a flake is frozen, warm learns, and the warmer the faster. The line between them is the thaw."
    )
    names = list(STRATEGIES)
    for first in range(0, len(names), ACROSS):
        for column, name in zip(st.columns(ACROSS), names[first : first + ACROSS], strict=False):
            with column:
                draw_card(name)


def draw_card(name: str) -> None:
    stages = stages_of(STRATEGIES.choose(name))
    with st.container(border=True, height="stretch", key=f"help_strategy_{name}"):
        st.markdown(f"**{plain(name)}**, by the {STRATEGIES.entry(name).grain}")
        drawing = heat_map(stages[:: -(-len(stages) // MOST_DRAWN)], bare=True, height=120)
        st.vega_lite_chart({**drawing, "description": in_words(stages)}, width="stretch", key=f"help_ice_{name}")
        st.write(plain(STRATEGIES.help(name)))
        st.caption(plain(told(name, stages)))
        if st.button(f"Try it: {plain(name)}", key=f"help_try_{name}"):
            attempt(STRATEGIES.choose(name))


def told(name: str, stages: Stages) -> str:
    """The drawing as a sentence."""
    strategy = STRATEGIES.build(STRATEGIES.choose(name))
    shares = [(epoch, strategy.picture_share(epoch)) for epoch in range(EPOCHS)]
    small = [f"{share(size)} of their height and width in epoch {epoch + 1}" for epoch, size in shares if size < 1]
    grown = f" Training pictures have {', '.join(small)}." if small else ""
    return f"{'The added matrices of each part: ' if strategy.adapter() else ''}{in_words(stages)}{grown}"


def stages_of(choice: Choice) -> Stages:
    """What the strategy would do to the example, epoch by epoch."""
    strategy = STRATEGIES.build(choice)
    names = names_of(strategy.grain)
    epochs = [strategy.lr_scales(len(names), epoch) for epoch in range(EPOCHS)]
    return [{"name": name, "scales": [scales[part] for scales in epochs]} for part, name in enumerate(names)]


def names_of(grain: str) -> list[str]:
    return ["stem", *(f"{grain} {number}" for number in range(1, PARTS[grain] - 1)), "head"]


def attempt(choice: Choice) -> None:
    """Go to Train with it, in the recipe that is being made there."""
    recipe = st.session_state.get("train_recipe") or {}
    st.session_state["train_recipe"] = {**recipe, "strategy": choice.to_json()}
    lead_to("train")
