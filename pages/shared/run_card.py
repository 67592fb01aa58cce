"""A run as a card: what it is called, how it stands, what it scored, when it was, and its thaw as a thumbnail."""

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from pages.shared.ice import heat_map
from pages.shared.picker import go_to
from pages.shared.sample import SAMPLE
from pages.shared.words import ago, counted, moment, plain, with_interval
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]

THUMBNAIL = 84
POINTS = 2
"""Curves are not drawn here; two points are the fewest that can be asked for."""
ON_THE_WAY = ("queued", "running", "pausing", "paused", "stopping")
COLOURS: dict[str, Literal["green", "red", "gray"]] = {
    "done": "green",
    **dict.fromkeys(("failed", "diverged", "lost"), "red"),
    **dict.fromkeys(("queued", "paused", "stopped"), "gray"),
}


def draw(line: Mapping[str, Any], key: str) -> None:
    """One of the list of runs; a press on its button opens it."""
    seen = workbench().follow(line["run"], POINTS)
    with st.container(border=True, key=key, height="stretch"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(line['name'])}**", width="content")
            draw_badge(line)
        st.markdown(score(seen))
        if seen["stages"] and "thaw" not in seen["without"]:
            st.vega_lite_chart(heat_map(seen["stages"], bare=True, height=THUMBNAIL), width="stretch", key=f"{key}_ice")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Open", key=f"{key}_open"):
                go_to("watch", line["run"])
            st.caption(ago(line["created"]), help=moment(line["created"], st.context.timezone), width="content")


def draw_badge(line: Mapping[str, Any]) -> None:
    if line["run"] == SAMPLE:
        st.badge("sample", color="gray")
    else:
        st.badge(line["state"], color=COLOURS.get(line["state"], "blue"))


def score(seen: Seen) -> str:
    """What the best epoch had right on validation, with its interval; how far it has come, where it is on its way."""
    judged = f"{with_interval(validated(seen))} on validation" if seen["best"] else "Nothing was judged yet"
    if seen["state"] not in ON_THE_WAY or not seen["planned_epochs"]:
        return judged
    return f"{judged}; {seen['epochs_done']} of {counted(seen['planned_epochs'], seen['round'])}"


def validated(seen: Seen) -> Mapping[str, Any] | None:
    best, count = seen["best"], seen["pictures"].get("val")
    if not best or not best["interval"] or not count:
        return None
    share = best["val_accuracy"]
    return {"accuracy": share, "interval": best["interval"], "right": round(share * count), "n": count}
