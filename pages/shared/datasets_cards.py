"""A card for every dataset that is here: nine pictures, what it holds, and the way into it or on to training."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.catalog.datasets import DATASETS
from pages.shared.dialogs import draw_page_anew
from pages.shared.ways import lead_to
from pages.shared.words import counted, plain
from pages.shared.workbench import workbench

KEY = "datasets_name"
SECONDS_BETWEEN_LOOKS = 1.5
NARROWEST = 240
"""Pixels of a card: one stands alone on a phone."""

ORIGIN = {
    "built in": "comes with Thaw",
    "found": "found on this machine",
    "imported": "imported",
    "download": "can be downloaded",
    "missing": "not here",
}

Dataset = Mapping[str, Any]


def picked(datasets: Mapping[str, Dataset]) -> str | None:
    """The dataset that is looked at, as the address has it; None for all of them."""
    asked = st.query_params.get(KEY)
    if asked is not None and asked not in datasets:
        st.warning(plain(f"There is no dataset called {asked} here; these are."))
    return st.selectbox(
        "Dataset", list(datasets), index=None, placeholder="All datasets", key=KEY, bind="query-params", width=320
    )


def draw(datasets: Sequence[Dataset]) -> None:
    coming = []
    grid = st.grid(4, min_column_width=NARROWEST, border=True)
    for dataset in datasets:
        with grid.cell():
            if _draw_card(dataset):
                coming.append(dataset["name"])
    if coming:
        _look_again(coming)


def _draw_card(dataset: Dataset) -> bool:
    """Answers whether its pictures are still to come."""
    name, cover = dataset["name"], workbench().cover(dataset["name"])
    if cover["picture"]:
        st.image(cover["picture"], width="stretch", output_format="PNG", alt=f"Nine pictures of {name}")
    st.markdown(f"**{plain(dataset['title'])}**")
    st.caption(plain(counts(dataset)))
    if not cover["picture"]:
        st.caption("Its pictures are being looked through." if cover["coming"] else "Packed; a look inside unpacks it.")
    _draw_badge(name)
    with st.container(horizontal=True):
        st.button("Look inside", key=f"datasets_look_{name}", on_click=look_at, args=(name,))
        train_button(name, key=f"datasets_train_{name}", type="tertiary")
    return cover["coming"]


def counts(dataset: Dataset) -> str:
    known = [f"{dataset[what]:,} {what}" for what in ("classes", "pictures") if dataset[what] is not None]
    return ", ".join([*known, ORIGIN[dataset["source"]]])


def _draw_badge(name: str) -> None:
    """What an audit found, where one was made."""
    audit = workbench().known_audit(name)
    if audit:
        severe = [each for each in audit["findings"] if each["severity"] != "info"]
        st.badge(audit_in_words(audit), color="orange" if severe else "green")


def audit_in_words(audit: Mapping[str, Any]) -> str:
    found = {kind: sum(each["severity"] == kind for each in audit["findings"]) for kind in ("error", "warning")}
    told = [counted(count, kind) for kind, count in found.items() if count]
    return ", ".join(told) if told else "nothing odd found"


def look_at(name: str | None) -> None:
    st.session_state[KEY] = name


def train_button(name: str, key: str, **look: Any) -> None:
    """Leads to the Train page with this dataset chosen."""
    if st.button("Train on it", key=key, **look):
        st.session_state["train_dataset"] = name
        lead_to("train")


def _look_again(coming: Sequence[str]) -> None:
    """Draw the page anew as soon as another cover is there, without a reader having to ask."""
    if os.environ.get("THAW_TICK") == "0":
        return

    @st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
    def tick() -> None:
        if not all(workbench().cover(name)["coming"] for name in coming):
            draw_page_anew()

    tick()


def draw_absent(datasets: Sequence[Dataset]) -> None:
    """What Thaw knows but has not here."""
    if not datasets:
        return
    with st.expander(f"Known, but not here: {len(datasets)}", key="datasets_absent"):
        st.write("Those that can be downloaded are fetched when a run first needs them.")
        st.dataframe(
            [
                {
                    "dataset": each["title"],
                    "name": each["name"],
                    "classes": each["classes"],
                    "pictures": each["pictures"],
                    "can be downloaded": each["source"] == "download",
                    "licence": DATASETS[each["name"]].licence,
                    "when to choose it": DATASETS[each["name"]].when,
                }
                for each in datasets
            ],
            width="stretch",
            hide_index=True,
        )
