"""Datasets: what there is to learn from: shipped, found and imported pictures."""

import streamlit as st

from pages.shared import datasets_cards, datasets_detail, datasets_import, datasets_progress
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.workbench import workbench

enter()


def draw() -> None:
    datasets = {each["name"]: each for each in workbench().datasets()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = datasets_cards.picked(datasets)
        if st.button("Import pictures", key="datasets_import", type="secondary" if name else "primary"):
            datasets_import.ask()
    datasets_progress.draw()
    if name in datasets:
        datasets_detail.draw(datasets[name])
    else:
        here = [each for each in datasets.values() if each["available"]]
        datasets_cards.draw(sorted(here, key=lambda each: each["source"] != "imported"))  # one's own come first
        datasets_cards.draw_absent([each for each in datasets.values() if not each["available"]])


with page("Datasets", "What there is to learn from: shipped, found and imported pictures."):
    draw()
