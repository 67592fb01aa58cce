"""What one split's figures come to, and what an accuracy hides."""

from typing import Any

import streamlit as st

from pages.shared.words import percent, plain, with_interval

MOST_LOST = 8


def draw(score: dict[str, Any]) -> None:
    """The figure with its noise; what the course's reports give beside it."""
    st.header(plain(with_interval(score)), anchor=False)
    low, high = (percent(bound) for bound in score["macro_f1_interval"])
    st.caption(
        f"right, with the interval that holds the truth 95 times in 100. Macro F1 {percent(score['macro_f1'])} "
        f"({low} to {high}); loss {score['loss']:.3f} nats; calibration error {percent(score['ece'])}."
    )
    st.caption(plain(beside(score)))


def beside(score: dict[str, Any]) -> str:
    """What an accuracy hides: what it takes to guess as well, and the classes that are never found."""
    there = [each for each in score["classes"] if each["support"]]
    largest = max(there, key=lambda each: each["support"])
    guess = f"Always saying {largest['label']} would be right in {percent(largest['support'] / score['n'])}."
    lost = [f"{each['label']} (of {each['support']:,})" for each in there if not each["recall"]]
    told = ", ".join(lost[:MOST_LOST]) + (f" and {len(lost) - MOST_LOST} more" if len(lost) > MOST_LOST else "")
    return f"{guess} Never found: {told}." if lost else guess
