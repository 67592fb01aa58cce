"""What may be said of runs and of recipes, in sentences: the first ones at once, the others folded."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.words import plain

AT_ONCE = 3

Pair = Mapping[str, Any]


def draw_verdicts(pairs: Sequence[Pair], names: Mapping[str, str]) -> None:
    """Recipes first: they are what one wants to know of, where there are seeds enough."""
    ordered = sorted(pairs, key=lambda pair: pair["about"] != "recipes")
    for pair in ordered[:AT_ONCE]:
        draw_verdict(pair, names)
    if len(ordered) > AT_ONCE:
        with st.expander(f"{len(ordered) - AT_ONCE} more pairs", key="compare_fold_pairs"):
            for pair in ordered[AT_ONCE:]:
                draw_verdict(pair, names)


def draw_verdict(pair: Pair, names: Mapping[str, str]) -> None:
    about = "These recipes" if pair["about"] == "recipes" else f"These two {pair['things']}"
    st.markdown(f"**{about}:** {plain(named(pair['sentence'], names))}.")


def named(sentence: str, names: Mapping[str, str]) -> str:
    """The sentence with names where it has ids; a recipe is named by its runs, joined by `+`."""
    ids = re.compile("|".join(map(re.escape, names)))
    return ids.sub(lambda found: names[found[0]], sentence) if names else sentence
