"""Home: three ways to begin, and the runs there are."""

import os

import streamlit as st

from pages.shared import run_card, run_list, sweep_list
from pages.shared.frame import mishaps_told, page
from pages.shared.gate import enter
from pages.shared.picker import go_to
from pages.shared.sample import SAMPLE, hide, is_hidden, sample
from pages.shared.ways import lead_to
from pages.shared.workbench import workbench

enter()

LOGO = "docs/pictures/logo.svg"
NEWEST = 3
SENTENCE = (
    "Take a network that has seen other pictures, let it learn yours part by part, and see what it has learned, what "
    "it gets wrong, and how sure one can be of either."
)
SECONDS_BETWEEN_LOOKS = 2.0


def draw() -> None:
    draw_ways_to_begin()
    draw_newest()
    draw_sample_switch()


def draw_ways_to_begin() -> None:
    """What a press does stands below it; the sample is no way to begin for whoever has put it away."""
    ways = [begin_with_digits, *([open_sample] if sample() else []), replay]
    for column, draw_way in zip(st.columns(len(ways)), ways, strict=True):
        with column:
            draw_way()


def begin_with_digits() -> None:
    if st.button("Train on digits", type="primary", key="home_train", width="stretch"):
        for left_there in ("train_recipe", "train_dataset"):
            st.session_state.pop(left_there, None)
        lead_to("train")
    st.caption("Handwritten digits, a small network, well under a minute: all is chosen, and all can be changed.")


def open_sample() -> None:
    if st.button("Open the sample", key="home_sample", width="stretch"):
        go_to("watch", SAMPLE)
    st.caption("A finished run to look around in: its curves, its thaw, its mistakes, its guesses on your pictures.")


def replay() -> None:
    if st.button("Replay a report", key="home_replays", width="stretch"):
        lead_to("replays")
    st.caption("What published experiments claimed, and how a claim is judged.")


def draw_newest() -> None:
    """The newest runs, drawn anew while one of them is on its way; what is not filled yet, the sample fills."""
    newest = workbench().runs(NEWEST + 1)
    st.subheader("Newest runs")
    if not newest:
        st.write("Runs of your own will stand here; “Train on digits” makes the first one.")
    moving = any(line["state"] in run_card.ON_THE_WAY for line in newest[:NEWEST])
    every = float(os.environ.get("THAW_TICK") or SECONDS_BETWEEN_LOOKS) or None
    st.fragment(draw_cards, run_every=every if moving else None)()
    if len(newest) > NEWEST:
        run_list.draw()
        sweep_list.draw()


def draw_cards() -> None:
    with mishaps_told():
        lines = workbench().runs(NEWEST)
        lines += [line for line in [sample()] if line and len(lines) < NEWEST]
        for place, (column, line) in enumerate(zip(st.columns(NEWEST), lines, strict=False)):
            with column:
                run_card.draw(line, f"home_run_{place}")


def draw_sample_switch() -> None:
    """Put the sample away, or have it back; nothing where this server has none."""
    if is_hidden():
        st.button("Bring the sample back", key="home_sample_back", type="tertiary", on_click=hide, args=(False,))
    elif sample():
        st.button("Put the sample away", key="home_sample_away", type="tertiary", on_click=hide)


st.image(LOGO, width=72, alt="Six bars, the upper ones warm, the lower ones ice")
with page("Watch a frozen network thaw", SENTENCE):
    draw()
