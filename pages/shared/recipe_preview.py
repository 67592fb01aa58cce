"""What a recipe would do, beside the form: what learns when, the rate, the parameters, seconds and memory."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.learners import OF_ITS_OWN, learner_in
from core.catalog.optimizers import SCHEDULES
from core.catalog.picture_sizes import sizes_in_words
from core.errors import ExplorerError
from pages.shared.colours import colours
from pages.shared.dialogs import draw_page_anew
from pages.shared.ice import heat_map
from pages.shared.ice_layers import Spec
from pages.shared.ice_words import in_words
from pages.shared.words import duration, plain
from pages.shared.workbench import workbench

Told = Mapping[str, Any]
POINTS = 120
FEW = 50
"""Held-out pictures below which an accuracy is a rough guess."""
AGAIN_AFTER = 0.7
"""Seconds between two looks for an answer that takes its time."""


def seen_soon(told: Told) -> dict[str, Any] | None:
    """The preview of a recipe; while it takes its time, the page looks again by itself and nobody waits for it."""
    return _soon("preview", told, sheet=True)


def _soon(action: str, told: Told, **how: Any) -> dict[str, Any] | None:
    found = workbench().soon(action, told["recipe"], **how)
    if found is None:
        st.fragment(_look_again, run_every=AGAIN_AFTER, key=f"train_{action}_awaited")(action, told["recipe"], how)
    return found


def _look_again(action: str, recipe: Mapping[str, Any], how: Mapping[str, Any]) -> None:
    try:
        found = workbench().soon(action, recipe, patience=0, **how)
    except ExplorerError:
        found = True  # the page itself tells it
    if found is not None:
        draw_page_anew()


def draw_preview(seen: Mapping[str, Any] | None, each_class: int | None) -> None:
    if seen is None:
        st.caption("Building the network, to see what would learn …")
    else:
        _draw_heat_map(seen, each_class)


def draw_rates(told: Told) -> None:
    without = learner_in(told["recipe"]).without
    if "rate" in without:
        st.caption(without["rate"])
        return
    st.vega_lite_chart(rate_curve(told["recipe"]), width="stretch", key="train_rates")


def _draw_heat_map(seen: Mapping[str, Any], each_class: int | None) -> None:
    if not seen["stages"]:
        st.caption(OF_ITS_OWN)
        st.markdown(in_pictures(seen["pictures"], each_class))
        return
    st.vega_lite_chart(heat_map(seen["stages"]), width="stretch", key="train_heat_map")
    st.caption(plain(f"{in_words(seen['stages'])} {sizes_in_words(seen['picture_sizes'])}"))
    trained, total = seen["parameters"]["trained"], seen["parameters"]["total"]
    st.markdown(f"**{trained:,} of {total:,} parameters learn** ({trained / max(1, total):.1%}).")
    st.markdown(in_pictures(seen["pictures"], each_class))
    with st.expander("As a table", key="train_stages_table"):
        rows = [
            {"stage": each["name"], "parameters": each["parameters"], "of these learn": each["trained"]}
            for each in reversed(seen["stages"])
        ]
        st.dataframe(rows, width="stretch", hide_index=True, key="train_stages")


def in_pictures(pictures: Mapping[str, int], each_class: int | None) -> str:
    """How many of each split; why so few are learned from, and what so few can't tell."""
    counts = [f"{count:,} {split}" for split, count in pictures.items()]
    if each_class:
        counts[0] += f" ({each_class} per class, as chosen under “Pictures”)"
    judged = min((count for split, count in pictures.items() if split != "train"), default=FEW)
    rough = f" Of {judged}, a single one is {100 / judged:.0f} points of accuracy." if judged < FEW else ""
    return f"Pictures: {', '.join(counts)}.{rough}"


def rate_curve(recipe: Mapping[str, Any]) -> Spec:
    """The learning rate over the run, as the schedule has it; a plateau's as long as validation improves."""
    choice = SCHEDULES.parse(recipe["schedule"])
    schedule, epochs = SCHEDULES.build(choice), recipe["epochs"]
    places = [epochs * point / POINTS for point in range(POINTS)]
    rows = [{"epoch": place, "rate": recipe["lr"] * schedule.at(place, epochs)} for place in places]
    ink = colours().quiet
    return {
        "title": {"text": f"The rate over the run: {choice.name}", "anchor": "start"},
        "description": f"The learning rate over {epochs} epochs, at most {max(row['rate'] for row in rows):.3g}.",
        "height": 240,
        "data": {"values": rows},
        "mark": {"type": "line", "color": colours().series[0], "strokeWidth": 2},
        "encoding": {
            "x": {"field": "epoch", "type": "quantitative", "title": "epochs done", "scale": {"nice": False}},
            "y": {"field": "rate", "type": "quantitative", "title": "learning rate", "axis": {"format": "~g"}},
            "tooltip": [{"field": name, "type": "quantitative", "format": ".3g"} for name in ("epoch", "rate")],
        },
        "config": {"axis": {"labelColor": ink, "titleColor": ink}, "title": {"color": colours().text}},
    }


def draw_estimate(told: Told) -> None:
    """Seconds and memory are measured when somebody wants to know, and can be: it takes a moment of the real work."""
    if not learner_in(told["recipe"]).estimates:
        return
    wanted = st.session_state.get("train_measured") == told["hash"]
    if not wanted:
        st.button("Measure seconds and memory", key="train_measure", on_click=_measure, args=(told["hash"],))
        return
    try:
        found = _soon("estimate", told)
    except ExplorerError as error:
        st.error(plain(error))
        return
    st.caption("Measuring a moment of the real work …" if found is None else _estimated(found))


def _measure(recipe: str) -> None:
    st.session_state["train_measured"] = recipe


def _estimated(found: Mapping[str, Any]) -> str:
    low, high = duration(found["seconds_low"]), duration(found["seconds_high"])
    memory = f", about {found['memory'] / 2**20:,.0f} MiB of memory" if found.get("memory") else ""
    return f"About {duration(found['seconds'])} on {plain(found['device'])} ({low} to {high}){memory}."
