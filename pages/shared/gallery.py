"""Pictures side by side, at most 48 at once: small ones made before, never full photographs."""

import math
from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.words import plain

AT_ONCE = 48
NARROWEST = 96
"""Pixels below which a cell gives way: three stand side by side on a phone."""


def show(pictures: Sequence[dict[str, Any]], columns: int = 6, key: str = "gallery") -> None:
    """Each as `{"picture": bytes, "caption": str}`; `alt` tells who cannot see it more than the caption says."""
    first = AT_ONCE * (turned(len(pictures), key) - 1)
    grid = st.grid(columns, min_column_width=NARROWEST, gap="xsmall")
    for each in pictures[first : first + AT_ONCE]:
        caption = str(each.get("caption", ""))
        alt = each.get("alt") or caption or "picture"
        grid.image(each["picture"], plain(caption) or None, width="stretch", output_format="PNG", alt=alt)


def turned(total: int, key: str, at_once: int = AT_ONCE) -> int:
    """The page that is looked at, from 1; where one holds all there is nothing to turn."""
    count = math.ceil(total / at_once)
    return st.pagination(count, key=f"{key}_page", max_visible_pages=5) if count > 1 else 1
