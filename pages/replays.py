"""Replays: published experiments: the claim beside the outcome."""

import streamlit as st

from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.verdict_rules import CLAIMS
from pages.shared.ways import lead_to

enter()


def draw() -> None:
    st.info("No published experiment is here yet, so there is nothing to replay.")
    if st.button("Train a recipe of your own", type="primary", key="replays_train"):
        lead_to("train")
    st.subheader("What a replay is")
    st.write(
        "A report's experiment as recipes that train here: its figures beside ours, with intervals, and what it left "
        "open beside what was chosen for it. A quick form is smaller (fewer pictures, fewer epochs), says so, and is "
        "never shown as the full one."
    )
    st.subheader("How a claim is judged")
    st.write(
        "Ours is the mean of at least three seeds, at the epoch and on the split that the report used. The difference "
        "has an interval, from the spread over seeds and from the number of pictures, whichever is wider."
    )
    st.markdown("\n".join(f"- **{verdict}**: {when}" for verdict, when in CLAIMS))


with page("Replays", "Published experiments: the claim beside the outcome."):
    draw()
