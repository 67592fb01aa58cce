"""Pictures that a run judged, each with what it is, what it was taken for, and how surely."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from PIL import Image

from pages.shared import gallery
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

SIDE = 128
ABSENT = Image.new("RGB", (SIDE, SIDE), "#8A97A3")
"""Stands where the picture itself can't be had any more; its name is written below."""

Row = Mapping[str, Any]


def draw(run: str, split: str, rows: Sequence[Row], key: str, columns: int = 6) -> None:
    """At most as many as one page holds."""
    gallery.show([_shown(run, split, row) for row in rows], columns=columns, key=key)


def tell_what_is_missing(run: str) -> None:
    """Said once, above all galleries of a run."""
    if missing := workbench().missing_pictures(run):
        st.info(plain(missing))


def picture_of(run: str, split: str, index: int) -> bytes | Image.Image:
    return workbench().picture(run, split, index, SIDE) or ABSENT


def _shown(run: str, split: str, row: Row) -> dict[str, Any]:
    return {"picture": picture_of(run, split, row["index"]), "caption": caption(row), "alt": alt(row)}


def caption(row: Row) -> str:
    said = row["predicted"] if row["right"] else f"{row['true']} taken for {row['predicted']}"
    return f"{said}, {percent(row['confidence'])} sure · {row['file']}"


def alt(row: Row) -> str:
    return f"{row['file']}: a {row['true']}, taken for {row['predicted']}"
