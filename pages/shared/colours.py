"""The colours of both themes, by what they mean; the theme itself stands in `.streamlit/config.toml`."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Colours:
    """One theme. Text keeps 4.5:1 on the ground, lines 3:1."""

    ground: str
    surface: str
    text: str
    quiet: str
    primary: str
    error: str
    series: tuple[str, ...]
    """Apart from each other in three simulated colour blindnesses."""
    fullest_cell: str
    """What the greys of a matrix end in, with the text still readable on it."""


LIGHT = Colours(
    ground="#FFFFFF",
    surface="#F3F7FA",
    text="#14212E",
    quiet="#4A5B6C",
    primary="#0B5CAD",
    error="#B42318",
    series=("#0B5CAD", "#C2480A", "#620E38", "#17A1A1"),
    fullest_cell="#8A97A3",
)
DARK = Colours(
    ground="#0F1720",
    surface="#18232E",
    text="#E6EDF3",
    quiet="#9FB0C0",
    primary="#6CB4F0",
    error="#FF8A80",
    series=("#5AA9EE", "#FF9A5A", "#C2407F", "#B4FDEB"),
    fullest_cell="#5B6B7A",
)

ICE = "#A9D3F0"
WARMTH = ("#FFF0CF", "#FFD58A", "#F9A94A", "#E8761E")
"""From a low rate to a high one, on a logarithmic scale."""
INK = "#14212E"
"""What is written on ice and warmth, in either theme: 5.5:1 and more."""
DIFFERENCE = ("#0B5CAD", "#F2F2F2", "#C2480A")


def colours() -> Colours:
    """Those of the theme that this visitor sees."""
    return DARK if st.context.theme.type == "dark" else LIGHT
