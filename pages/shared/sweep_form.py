"""A sweep: some fields varied, each combination with several seeds, all of them started at once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared import picker, recipe_state
from pages.shared.recipe_fields import entries_of
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

Told = Mapping[str, Any]
MOST_AXES = 4


def draw_sweep(told: Told, trouble: str | None, device: str) -> None:
    with st.expander(_title(), key="train_fold_sweep"):
        st.caption("Vary some fields; every combination of their values becomes a run.")
        paths = st.multiselect(
            "Vary", list(_paths(told)), max_selections=MOST_AXES, key="train_grid", placeholder="nothing yet"
        )
        typed = {path: _values(path, told) for path in paths}
        missing = [path for path, values in typed.items() if not values]
        seeds = st.number_input(
            "Seeds", 1, 100, key="train_seeds", help="With how many seeds each combination is tried; all on one split."
        )
        halving = st.toggle(
            "Give up hopeless runs on the way", key="train_halving", help="Successive halving, among runs of one seed."
        )
        if missing:
            st.caption(f"Give {plain(' and '.join(missing))} some values.")
        elif is_planned():
            grid = tuple(f"{path}={values}" for path, values in typed.items())
            _draw_start(told, trouble, {"grid": grid, "seeds": seeds, "halving": halving, "device": device})


def is_planned() -> bool:
    """Whether anything is varied by now."""
    return bool(st.session_state.get("train_grid")) or st.session_state.get("train_seeds", 1) > 1


def _title() -> str:
    varied, seeds = st.session_state.get("train_grid") or [], st.session_state.get("train_seeds", 1)
    said = [*varied, *([f"{seeds} seeds"] if seeds > 1 else [])]
    return f"Sweep: {plain(', '.join(said) or 'none')}"


def _paths(told: Told) -> Iterator[str]:
    """Every field but the seed, and every setting of what is chosen."""
    for field in told["fields"]:
        if field["name"] != "seed":
            yield field["name"]
        if field["kind"] in ("choice", "several"):
            many = isinstance(field["value"], list)
            for choice in map(recipe_state.named, field["value"] if many else [field["value"]]):
                inside = f"{field['name']}.{choice['name']}" if many else field["name"]
                yield from (f"{inside}.{name}" for name in choice if name != "name")


def _values(path: str, told: Told) -> str:
    """What a field is to take, as the terminal has it: picked where it can be, typed where it is a number."""
    field = next((each for each in told["fields"] if each["name"] == path), {})
    label, key = f"Values of {plain(path)}", f"train_grid_{path}"
    known = _known(field)
    if not known:
        return st.text_input(label, placeholder="separated by commas, such as 0.001, 0.01", key=key)
    several = field["kind"] == "several"
    meant = "several at once: l1+l2" if several else "choose some"
    picked = st.multiselect(label, known, key=key, placeholder=meant, accept_new_options=True)
    return ",".join(_as_list(each) if several else each for each in picked)


def _known(field: Mapping[str, Any]) -> list[str]:
    if field.get("kind") == "flag":
        return ["true", "false"]
    return list(entries_of(field["of"])) if "of" in field else list(field.get("options", ()))


def _as_list(names: str) -> str:
    """ "l1+l2" as JSON; none is an empty list."""
    return json.dumps([each.strip() for each in names.split("+") if each.strip() not in ("", "none")])


def _draw_start(told: Told, trouble: str | None, sweep: Mapping[str, Any]) -> None:
    try:
        planned = workbench().plan_sweep(told["recipe"], grid=sweep["grid"], seeds=sweep["seeds"])
    except ExplorerError as error:
        st.error(plain(error))
        return
    count = len(planned["runs"])
    merged = f" ({planned['merged']} more would be the same again)" if planned["merged"] else ""
    st.markdown(f"That makes **{count} {'run' if count == 1 else 'runs'}**{merged}.")
    made = _made().get(_key(told, sweep))
    if made is None and st.button(
        "Start the sweep", type="primary", key="train_start_sweep", disabled=trouble is not None
    ):
        made = _begin(told, sweep)
    if made:
        _tell(made)


def _begin(told: Told, sweep: Mapping[str, Any]) -> dict[str, Any] | None:
    facts = {**sweep, "halving": sweep["halving"] or None}
    made = _made()
    try:
        made[_key(told, sweep)] = workbench().submit_sweep(told["recipe"], **facts)
    except ExplorerError as error:
        st.error(plain(error))
    return made.get(_key(told, sweep))


def _made() -> dict[Any, dict[str, Any]]:
    """The sweeps of this visit, so that a second press begins no second one."""
    return st.session_state.setdefault("train_sweeps", {})


def _key(told: Told, sweep: Mapping[str, Any]) -> tuple[Any, ...]:
    return told["hash"], *sweep.values()


def _tell(made: Mapping[str, Any]) -> None:
    st.success(f"The sweep {plain(made['name'])} has {len(made['runs'])} runs; they wait for their turns.")
    row = st.container(horizontal=True)
    if row.button("Watch its first run", key="train_watch_sweep"):
        picker.go_to("watch", made["runs"][0])
    if row.button("Compare its runs, when they have ended", key="train_compare_sweep", type="tertiary"):
        lead_to("compare", compare_runs=made["runs"])
