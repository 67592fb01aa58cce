"""The fair race and the costs: tables and charts of what each run spent, and of how far it came with it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.colours import colours
from pages.shared.compare_strip import colour_of
from pages.shared.overlay import CURRENCIES, points_of, spec
from pages.shared.words import duration, percent, plain

Found = Mapping[str, Any]
CURRENCY_NAMES = {"seconds": "seconds", "pictures": "pictures seen", "parameters": "trained parameters"}
COSTS = {
    "seconds": ("working time (s)", 1),
    "trained": ("trained parameters", 1),
    "peak_memory": ("peak memory (MB)", 1e6),
    "bytes": ("size of the best weights (MB)", 1e6),
}


def draw_race(raced: Found, names: Mapping[str, str]) -> None:
    """How accurate each was, on validation, by the largest amount that all of them spent."""
    for note in raced["notes"]:
        st.warning(plain(note))
    currency = st.segmented_control(
        "At equal", list(CURRENCY_NAMES), default="seconds", format_func=CURRENCY_NAMES.__getitem__, key="compare_equal"
    )
    currency = currency or "seconds"
    equal = raced["at_equal"][currency]
    if equal is None:
        st.caption("One of them has not finished an epoch, so there is no race.")
        return
    st.markdown(f"By {_amount(currency, equal['budget'])}, the best validation accuracy so far:")
    rounds = {each["run"]: each["round"] for each in raced["runs"]}
    st.dataframe([_standing(each, names, rounds[each["run"]]) for each in equal["runs"]], hide_index=True)
    st.markdown(plain(f"In front: {_in_front(currency, equal['leads'], names)}."))
    st.caption("Each figure is of the best by then, chosen on the pictures that it is measured on.")
    title = f"Best so far by {CURRENCY_NAMES[currency]}"
    chart = spec(points_of(raced["runs"], names, "best"), list(names.values()), currency, "value", title)
    st.vega_lite_chart(spec=chart, width="stretch", key="compare_race", alt=title)


def _amount(currency: str, budget: float) -> str:
    return f"{budget:.3g} s of work" if currency == "seconds" else f"{budget:,} {CURRENCIES[currency]}"


def _in_front(currency: str, leads: Sequence[Found], names: Mapping[str, str]) -> str:
    """Who led, and where their ways crossed."""
    first, *later = leads
    return ", then ".join(
        [names[first["run"]], *(f"{names[each['run']]} from {_amount(currency, each['from'])}" for each in later)]
    )


def _standing(each: Found, names: Mapping[str, str], round: str) -> dict[str, Any]:
    if each["accuracy"] is None:
        return {"run": names[each["run"]], "accuracy": "nothing for that much", "after": None}
    low, high = (f"{100 * bound:.1f}" for bound in each["interval"])
    told = f"{percent(each['accuracy'])} ({low} to {high})"
    return {"run": names[each["run"]], "accuracy": told, "after": f"{round} {each['epoch'] + 1}"}


def draw_costs(raced: Found, names: Mapping[str, str]) -> None:
    rows = [{**_costs(run), "name": names[run["run"]]} for run in raced["runs"]]
    table = [
        {
            "run": row["name"],
            "accuracy (validation)": percent(row["accuracy"]),
            "time": duration(row["seconds"]),
            "trained parameters": row["trained"],
            "peak memory (MB)": row["peak_memory"] and round(row["peak_memory"] / 1e6),
            "best weights (MB)": row["bytes"] and round(row["bytes"] / 1e6, 1),
        }
        for row in rows
    ]
    st.dataframe(table, hide_index=True, width="stretch")
    grid = st.grid(2, min_column_width=280)
    for cost, (title, unit) in COSTS.items():
        drawn = [{"run": row["name"], "cost": row[cost] / unit, **_interval(row)} for row in rows if row[cost]]
        if drawn and all(row["accuracy"] is not None for row in drawn):
            chart = _scatter(drawn, list(names.values()), title)
            grid.vega_lite_chart(spec=chart, width="stretch", key=f"compare_cost_{cost}", alt=chart["title"])


def _costs(run: Found) -> dict[str, Any]:
    return {**run, "trained": run["parameters"] and run["parameters"]["trained"]}


def _interval(row: Found) -> dict[str, Any]:
    low, high = row["interval"] or (None, None)
    return {"accuracy": row["accuracy"], "low": low, "high": high}


def _scatter(rows: list[dict[str, Any]], order: Sequence[str], title: str) -> dict[str, Any]:
    """A dot per run with its name, and the interval of its accuracy."""
    theme = colours()
    scale = {"domain": list(order), "range": [colour_of(place) for place in range(len(order))]}
    axis = {"format": ".3~s", "tickCount": 4}
    y = {"type": "quantitative", "title": "accuracy", "axis": {"format": ".0%"}, "scale": {"zero": False}}
    return {
        "title": f"By {title.split(' (')[0]}",
        "height": 280,
        "data": {"values": rows},
        "encoding": {
            "x": {
                "field": "cost",
                "type": "quantitative",
                "title": title,
                "axis": axis,
                "scale": {"zero": False, "padding": 60},
            },
            "color": {"field": "run", "type": "nominal", "scale": scale, "legend": None},
            "tooltip": [{"field": "run"}, {"field": "cost"}, {"field": "accuracy", "format": ".1%"}],
        },
        "layer": [
            {"mark": {"type": "rule"}, "encoding": {"y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 90}, "encoding": {"y": {**y, "field": "accuracy"}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 9, "limit": 130},
                "encoding": {"y": {**y, "field": "accuracy"}, "text": {"field": "run"}},
            },
        ],
        "config": {"axis": {"labelColor": theme.quiet, "titleColor": theme.quiet}},
    }
