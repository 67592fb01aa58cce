"""Mistakes: what a run gets wrong, picture by picture."""

from typing import Any

import streamlit as st

from core.catalog.learners import learner_in
from pages.shared import mistakes_cell, mistakes_folds, mistakes_headline
from pages.shared.frame import page
from pages.shared.gate import enter
from pages.shared.picker import go_to, picked_run
from pages.shared.picture_list import tell_what_is_missing
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

enter()

SPLITS = {"test": "Test pictures", "val": "Validation pictures"}
WEIGHTS = {"best": "Best epoch", "last": "Last epoch"}


def draw() -> None:
    run = picked_run("mistakes")
    if run is None:
        draw_beginning()
        return
    about = workbench().show(run["run"])
    splits = [split for split in SPLITS if split in about]
    if splits:
        draw_run(about, splits)
    else:
        draw_unfinished(run)


def draw_beginning() -> None:
    st.info("No run has been trained yet. Train one: the digits take well under a minute.")
    if st.button("Train on digits", type="primary", key="mistakes_train"):
        lead_to("train")


def draw_unfinished(run: dict[str, Any]) -> None:
    st.info(plain(f"This run is {run['state']} and has not judged its pictures. {run['reason']}"))
    if st.button("Watch it", type="primary", key="mistakes_watch"):
        go_to("watch", run["run"])


def draw_run(run: dict[str, Any], splits: list[str]) -> None:
    with st.container(horizontal=True):
        split = switch("Judged on", {split: SPLITS[split] for split in splits}, "mistakes_split")
        kept = [weights for weights in WEIGHTS if weights == "best" or split in run["last"]]
        weights = switch("Weights of the", {weights: WEIGHTS[weights] for weights in kept}, "mistakes_weights")
    score = workbench().score(run["run"], split, weights)
    mistakes_headline.draw(score)
    tell_what_is_missing(run["run"])
    cell = mistakes_cell.draw(run["run"], score)
    mistakes_folds.draw(run["run"], score, cell, learner_in(run["recipe"]))


def switch(label: str, options: dict[str, str], key: str) -> str:
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    first = next(iter(options))
    chosen = st.segmented_control(
        label, list(options), default=first, format_func=options.__getitem__, key=key, required=True
    )
    return chosen or first


with page("Mistakes", "What a run gets wrong, picture by picture."):
    draw()
