"""A replay while it goes on and when it is done: its members, the growing table of claims, the way to its runs."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared import handing_in, replay_words, wrapped_table
from pages.shared.dialogs import draw_page_anew
from pages.shared.folds import fold, open_once
from pages.shared.frame import mishaps_told
from pages.shared.live import seconds_between_ticks
from pages.shared.picker import go_to
from pages.shared.replay_chart import spec
from pages.shared.replay_standing import forget, standing
from pages.shared.tables import csv_of
from pages.shared.words import plain
from pages.shared.workbench import workbench

Told = Mapping[str, Any]

ON_THE_WAY = ("queued", "running")
POINTS = 2
"""Curves are not drawn here; two points are the fewest that can be asked for."""


def draw(sweep: str) -> None:
    """Drawn anew while something moves; with the last run's end the page is, once."""
    state = workbench().sweep(sweep)["state"]
    every = seconds_between_ticks() or None
    st.fragment(tick, run_every=every if state in ON_THE_WAY else None)(sweep, state)
    if state not in ON_THE_WAY:
        draw_ways_on(standing(sweep))


def tick(sweep: str, state: str) -> None:
    with mishaps_told():
        found = standing(sweep)
        if found["state"] != state and state in ON_THE_WAY:
            draw_page_anew()
        draw_progress(found)
        draw_claims(found)
        draw_members(found)


def draw_progress(found: Told) -> None:
    share, said = replay_words.progress(found)
    if found["state"] in ON_THE_WAY:
        st.progress(share, text=plain(said))
        if st.button("Stop it", key="replays_stop"):
            workbench().stop_sweep(found["sweep"])
            st.rerun()
    else:
        st.markdown(f"**{plain(said)}**")
    if found["form"] != "full":
        st.info(plain(f"{replay_words.SMALLER.format(form=found['form'])} {found['left_out']}"))


def draw_claims(found: Told) -> None:
    rows = replay_words.figures(found)
    if rows:
        chart = spec(rows, replay_words.title(found))
        st.vega_lite_chart(chart, width="stretch", key="replays_chart", alt="Accuracies with their intervals")
    wrapped_table.draw(replay_words.claim_rows(found), "Each claim beside what came of it")
    sentence = found["tally"]["sentence"]
    st.caption(plain(f"{sentence[:1].upper()}{sentence[1:]}."))


def draw_members(found: Told) -> None:
    """Open while something moves, unless its reader has closed it."""
    if found["state"] in ON_THE_WAY:
        open_once("replays_members", found["sweep"])
    with fold(f"Members: {replay_words.progress(found)[1].partition(': ')[2]}", "replays_members") as is_open:
        if is_open:
            wrapped_table.draw(replay_words.member_rows(found, at_work(found)), "What is trained, and how far it is")


def at_work(found: Told) -> dict[str, str]:
    """How far each run is that is at work now."""
    if found["state"] not in ON_THE_WAY:
        return {}
    own = {run for member in found["members"] for run in member["runs"]}
    running = [each["run"] for each in workbench().lineup()["at_work"] if each["run"] in own]
    return {run: replay_words.how_far(workbench().follow(run, POINTS)) for run in running}


def draw_measuring(found: Told) -> None:
    """What was learned by heart is looked at only when somebody asks."""
    if st.button("Measure what was learned by heart", key="replays_measure"):
        with st.spinner("Looking at the training pictures again"):
            workbench().measure_gaps(found["sweep"])
        forget()
        st.rerun()


def draw_ways_on(found: Told) -> None:
    """To its runs, to Compare, and the report to hand in."""
    runs = dict(replay_words.runs_of(found))
    if not runs:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox("One of its runs", list(runs), format_func=runs.__getitem__, key="replays_run")
        if st.button("Open it", key="replays_open_run"):
            go_to("watch", run)
        if st.button("See its mistakes", key="replays_open_mistakes"):
            go_to("mistakes", run)
    table = csv_of(replay_words.claim_rows(found))
    st.download_button("Download the table", table, f"{found['replay']}-{found['form']}.csv", "text/csv")
    if any("nothing was measured" in claim["outcome_told"] for claim in found["claims"]):
        draw_measuring(found)
    if done := [run for member in found["members"] for run in member["runs"][: member["done"]]]:
        handing_in.draw(done, "replays", found)
