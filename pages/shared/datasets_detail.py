"""One dataset in full: its pictures class by class, how its classes and splits are shared out, what was left out."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.datasets import DATASETS
from core.errors import ExplorerError
from pages.shared import datasets_audit, gallery, sharing
from pages.shared.balance import balance
from pages.shared.datasets_cards import counts, look_at, train_button
from pages.shared.dialogs import dialog
from pages.shared.tables import csv_of
from pages.shared.words import counted, percent, plain
from pages.shared.workbench import workbench

AT_ONCE = 24
MOST_BARS = 400
"""Above, a bar is thinner than a pixel, and the table says more."""

Found = Mapping[str, Any]


def draw(dataset: Found) -> None:
    name = dataset["name"]
    st.subheader(plain(dataset["title"]))
    st.caption(plain(counts(dataset)))
    if name in DATASETS:
        st.write(DATASETS[name].when)
    with st.container(horizontal=True):
        train_button(name, key="datasets_train", type="primary")
        st.button("All datasets", key="datasets_all", on_click=look_at, args=(None,))
    if dataset["available"]:
        with st.spinner("Looking through its pictures ..."):
            found = workbench().dataset(name)
        _draw_inside(found)
    else:
        st.info(
            "It is not here yet: it is fetched when a run first needs it."
            if dataset["source"] == "download"
            else "It is not here, and it can't be fetched: put its files below a folder that THAW_DATA names."
        )


def _draw_inside(found: Found) -> None:
    if found["trouble"]:
        st.warning(plain(found["trouble"]))
    for note in found["notes"]:
        st.info(plain(note))
    _draw_gallery(found)
    _draw_balance(found)
    _draw_splits(found)
    _draw_sizes(found)
    _draw_left_out(found)
    datasets_audit.draw(found)
    if found["source"] == "imported":
        sharing.draw_dataset(found["name"])
        _draw_removal(found["name"])


def _draw_gallery(found: Found) -> None:
    name = found["name"]
    labels = [each["label"] for each in found["classes"]]
    key = f"datasets_class_{name}"
    words = [f"All {len(labels):,} classes", *labels]
    chosen = st.selectbox("Class", range(len(words)), format_func=words.__getitem__, key=key, width=320)
    label = labels[chosen - 1] if chosen else None
    total = found["classes"][chosen - 1]["pictures"] if chosen else found["pictures"]
    above = st.container()
    page = gallery.turned(total, f"datasets_gallery_{name}_{chosen}", AT_ONCE)
    pictures = workbench().thumbnails(name, label, AT_ONCE, page)["pictures"]
    with above:
        gallery.show([_captioned(each, label is None) for each in pictures], columns=8)


def _captioned(picture: Found, of_all: bool) -> dict[str, Any]:
    file = picture["file"].rpartition("/")[2]
    caption = picture["label"] if of_all else file
    return {"picture": picture["picture"], "caption": caption, "alt": f"{picture['label']}: {file}"}


def _draw_balance(found: Found) -> None:
    splits = [each["split"] for each in found["splits"]]
    if len(found["classes"]) <= MOST_BARS:
        spec = balance(found["classes"], splits, found["imbalance"])
        st.vega_lite_chart(spec, width="stretch", key="datasets_balance")
    with st.expander(f"The {len(found['classes']):,} classes as a table", key="datasets_classes"):
        rows = [
            {"class": each["label"], **{key: each[key] for key in ("pictures", *splits)}} for each in found["classes"]
        ]
        _draw_table(rows, f"{found['name']}-classes.csv", "datasets_classes_csv")


def _draw_splits(found: Found) -> None:
    told = ", ".join(f"{each['split']} {each['pictures']:,}" for each in found["splits"]) or "none can be made"
    with st.expander(f"Splits: {told}", key="datasets_splits"):
        rows = [
            {
                "split": each["split"],
                "pictures": each["pictures"],
                "share": percent(each["share"]),
                "where it is from": "the dataset's own" if each["brought"] else "cut here, every class alike",
                "what it is for": PURPOSE[each["split"]],
            }
            for each in found["splits"]
        ]
        st.dataframe(rows, width="stretch", hide_index=True)


PURPOSE = {
    "train": "the network learns from it",
    "val": "chooses the best epoch and between runs",
    "test": "judges at the end and chooses nothing",
}


def _draw_sizes(found: Found) -> None:
    sizes = found["sizes"]
    if not sizes:
        return
    ends = {end: f"{sizes['width'][end]} x {sizes['height'][end]}" for end in ("smallest", "median", "largest")}
    aside = f" in the middle, {sizes['different']:,} sizes" if sizes["different"] > 1 else ""
    with st.expander(f"Sizes: {ends['median']}{aside}", key="datasets_sizes"):
        st.dataframe([{"": end, "width x height (pixels)": size} for end, size in ends.items()], hide_index=True)
        st.caption(plain(f"Licence: {found['licence']}. Width and height are each ordered for themselves."))


def _draw_left_out(found: Found) -> None:
    if found["skipped"]:
        with st.expander(f"Left out: {counted(len(found['skipped']), 'file')}", key="datasets_skipped"):
            _draw_table(found["skipped"], f"{found['name']}-left-out.csv", "datasets_skipped_csv")


def _draw_table(rows: list[dict[str, Any]], file: str, key: str) -> None:
    st.dataframe(rows, width="stretch", hide_index=True)
    st.download_button("Download as CSV", csv_of(rows), file, "text/csv", key=key, on_click="ignore")


def _draw_removal(name: str) -> None:
    with st.expander("Remove it", expanded="datasets_hindrance" in st.session_state, key="datasets_removal"):
        if hindrance := st.session_state.pop("datasets_hindrance", None):
            st.error(plain(hindrance))
        st.write("The imported copy goes; runs that learned from it keep what they know, but can't show its pictures.")
        if st.button("Remove this dataset", key="datasets_remove"):
            _confirm(name)


@dialog("Remove this dataset?")
def _confirm(name: str) -> None:
    st.write(plain(f"{name} and all its pictures will be gone from this home."))
    if st.button("Yes, remove it", key="datasets_remove_really", type="primary", on_click=_remove, args=(name,)):
        st.rerun()


def _remove(name: str) -> None:
    """A press is answered before the page is drawn, so what hinders it is told in its place."""
    try:
        workbench().delete_dataset(name)
        look_at(None)
    except ExplorerError as error:
        st.session_state["datasets_hindrance"] = str(error)
