"""How a run stands: its state in a sentence, how far it is, and what may be asked of it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.picker import go_to
from pages.shared.words import duration, plain
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]

SILENCE = 10.0
"""Seconds without a word that are worth telling; a large step or the loading of data may take as long."""
ADVICE = {
    "failed": "Mend what the reason names, then resume it; or change its recipe under “Recipe” below.",
    "lost": "Resume it: it goes on from its last snapshot.",
    "diverged": "Begin another one with a lower learning rate: “Change and train” under “Recipe” below.",
}


def draw(seen: Seen) -> None:
    """The sentence first; progress and buttons as far as they mean something."""
    st.markdown(f"**{plain(sentence(seen))}**")
    if (quiet := seen["quiet_for"]) is not None and quiet > SILENCE:
        st.badge(f"no news for {duration(quiet)}", color="orange")
    if seen["state"] in ("running", "pausing", "paused", "stopping") and seen["planned_epochs"]:
        _draw_progress(seen)
    if seen["best"]:
        st.markdown(plain(best_so_far(seen)))
    if seen["state"] in ADVICE:
        st.info(ADVICE[seen["state"]])
    _draw_buttons(seen)


def _draw_progress(seen: Seen) -> None:
    looking = seen["looking"]
    if looking and (_looks_first(seen) or seen["judging"] or seen["state"] != "running"):
        text = f"{looking['pictures']:,} of {looking['of']:,} pictures"
        st.progress(looking["pictures"] / max(1, looking["of"]), text=text)
    else:
        st.progress(seen["progress"], text=f"{seen['epochs_done']} of {seen['planned_epochs']:,} {seen['round']}s")


def sentence(seen: Seen) -> str:
    """ "Learning: epoch 3 of 10, about 12 s left." """
    match seen["state"]:
        case "queued":
            return f"Waiting{_place(seen)}."
        case "running":
            return _at_work(seen)
        case "pausing" | "stopping":
            judges = seen["judging"] or (seen["looking"] and seen["looking"]["purpose"] == "judging")
            left = _left(seen["looking"]) if seen["looking"] else ""
            doing = f"it still judges pictures that were held out{left}." if judges else seen["meaning"]
            return f"{seen['state'].capitalize()}: {doing}"
        case "paused":
            return f"{seen['reason'] or 'Paused.'} {seen['meaning']}"
        case "done":
            return f"Done in {duration(seen['seconds'])}: {seen['reason']}"
        case state:
            why, word = seen["reason"] or seen["meaning"], state.capitalize()
            return why if why.startswith(word) else f"{word}: {why}"


def _place(seen: Seen) -> str:
    if seen["position"] is None:
        return " for a free place"
    when = "it may start at any moment" if seen["starts_in"] < 1 else f"it may start in {duration(seen['starts_in'])}"
    return f": place {seen['position']} in the queue, {when}"


def _at_work(seen: Seen) -> str:
    if seen["planned_epochs"] is None:
        return "Loading its data and its network."
    if seen["judging"]:
        return f"All {seen['round']}s are done; it judges the pictures that were held out{_left(seen)}."
    epoch = f"{seen['round']} {min(seen['epochs_done'] + 1, seen['planned_epochs'])} of {seen['planned_epochs']}"
    if _looks_first(seen):
        return f"Before {epoch}: what is frozen looks at the pictures{_left(seen['looking'])}."
    return f"Learning: {epoch}{_left(seen)}."


def _looks_first(seen: Seen) -> bool:
    """Whether a step waits until what is frozen has looked at its pictures."""
    return bool(seen["looking"]) and seen["looking"]["purpose"] == "features"


def _left(told: Mapping[str, Any]) -> str:
    return "" if told["seconds_left"] is None else f", about {duration(told['seconds_left'])} left"


def best_so_far(seen: Seen) -> str:
    best = seen["best"]
    interval = best["interval"]
    noise = f" ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})" if interval else ""
    before = [each["val_accuracy"] for each in seen["epochs"] if each["epoch"] < best["epoch"]]
    chosen = "; of those with as many right, the one with the lowest loss" if best["val_accuracy"] in before else ""
    said = f"{best['epoch'] + 1}, with {best['val_accuracy']:.1%}{noise} right on validation{chosen}"
    return f"Best {seen['round']}: {said}."


def _draw_buttons(seen: Seen) -> None:
    run, may = seen["run"], seen["may"]
    with st.container(horizontal=True):
        if seen["state"] in ("done", "stopped", "diverged") and seen["best"]:
            leading = "primary" if seen["state"] == "done" else "secondary"
            if st.button("See its mistakes", key="watch_mistakes", type=leading):
                go_to("mistakes", run)
        if "resume" in may and st.button("Resume", key="watch_resume", type="primary"):
            _ask(run, workbench().resume)
        if "pause" in may and st.button("Pause", key="watch_pause"):
            _ask(run, workbench().pause)
        if "stop" in may and st.button("Stop", key="watch_stop"):
            _ask(run, workbench().stop)


def _ask(run: str, act: Any) -> None:
    act(run)
    st.rerun()
