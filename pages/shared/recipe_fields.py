"""One field of a recipe, or one setting of a choice, as a widget that fits what may stand in it.

A widget shows what the recipe says and hands every change to it, so that nothing is ever said twice. Its key is
`train_set_` and the path of what it changes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.shared import recipe_state
from pages.shared.words import plain
from pages.shared.workbench import workbench

Spec = Mapping[str, Any]
Take = Callable[[Any], None]

LABELS = {"lr": "Learning rate", "ema": "EMA"}
NOTHING_GIVEN = "not set"


def label_of(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


@st.cache_data(show_spinner=False)
def entries_of(kind: str) -> dict[str, dict[str, Any]]:
    """The entries of one registry by name."""
    return {each["name"]: each for each in workbench().choices(kind)[kind]}


def draw_field(field: Spec) -> None:
    """The widget of a field, its sentence, what its choice needs, and the way back if it was changed."""
    name, key = field["name"], f"train_set_{field['name']}"
    given, trouble = recipe_state.refused().get(name, (field["value"], None))
    KINDS[field["kind"]](_Widget(key, label_of(name), field, given, lambda value: recipe_state.change(name, value)))
    if trouble := trouble or recipe_state.misfits().get(name):
        st.error(plain(trouble))
    if field["kind"] in ("choice", "several"):
        _draw_choices(field)
    if field["changed"]:
        draw_way_back(field)


def draw_way_back(field: Spec) -> None:
    """A dot for what was changed, and what one begins with on this dataset."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small")
    row.caption(f"● changed; one begins with {plain(spelled(field['suggested']))}", width="content")
    name = field["name"]
    row.button("Reset", key=f"train_reset_{name}", type="tertiary", on_click=recipe_state.reset, args=(name,))


def spelled(value: Any) -> str:
    """A value as it can stand in a sentence."""
    match value:
        case None:
            return NOTHING_GIVEN
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case [int(height), int(width)]:
            return f"{height} x {width}"
        case list():
            return " + ".join(map(spelled, value)) or "none"
        case {"on": on, "patience": patience}:
            return f"{on}, {patience} epochs"
        case {"name": name}:
            return str(name)
    return str(value)


@dataclass(frozen=True)
class _Widget:
    """What a widget needs to know."""

    key: str
    label: str
    spec: Spec
    value: Any
    take: Take

    def shown(self, value: Any, read: Callable[[Any], Any] = lambda given: given) -> dict[str, Any]:
        """Let the widget show a value, and hand on what it is changed to."""
        if self.is_new or st.session_state[self.key] != value:
            st.session_state[self.key] = value
        return self.named(read)

    @property
    def is_new(self) -> bool:
        return self.key not in st.session_state

    def named(self, read: Callable[[Any], Any] = lambda given: given) -> dict[str, Any]:
        changed = lambda: self.take(read(st.session_state[self.key]))  # noqa: E731
        return {"key": self.key, "on_change": changed, "help": self.spec["help"] + _each_in_a_sentence(self.spec)}


def _each_in_a_sentence(spec: Spec) -> str:
    """What can be chosen, for who wants to know before choosing."""
    entries = entries_of(spec["of"]).values() if spec.get("kind") in ("choice", "several") else ()
    return "".join(f"\n\n**{each['name']}**: {plain(each['help'])}" for each in entries)


def _number(widget: _Widget) -> None:
    spec = widget.spec
    kind = int if spec["whole"] else float
    low, high = (None if spec[side] is None else kind(spec[side]) for side in ("low", "high"))
    step = 1 if spec["whole"] else _step(spec)
    value = None if widget.value is None else kind(widget.value)
    # What a new field holds stands in it from its first drawing on: a browser that misses one of two drawings in quick
    # succession would show the lowest number in its place.
    begins = {"value": value} if widget.is_new or st.session_state[widget.key] == value else {}
    empty: dict[str, Any] = {"value": None, "placeholder": NOTHING_GIVEN} if spec.get("optional") else {}
    manner = {"step": step, "format": None if spec["whole"] else "%.8g", **empty, **begins}
    named = widget.named() if widget.is_new else widget.shown(value)
    st.number_input(widget.label, min_value=low, max_value=high, **manner, **named)


def _step(spec: Spec) -> float:
    usual = spec.get("suggested", spec.get("default")) or 0.1
    return float(f"{abs(usual) / 10:.0e}")


def _option(widget: _Widget) -> None:
    st.selectbox(widget.label, widget.spec["options"], **widget.shown(widget.value))


def _flag(widget: _Widget) -> None:
    st.toggle(widget.label, **widget.shown(widget.value))


def _choice(widget: _Widget) -> None:
    names = list(entries_of(widget.spec["of"]))
    st.selectbox(widget.label, names, **widget.shown(recipe_state.named(widget.value)["name"]))


def _several(widget: _Widget) -> None:
    before = {entry["name"]: entry for entry in map(recipe_state.named, widget.value)}
    read = lambda names: [before.get(name, name) for name in names]  # noqa: E731
    names = [name for name in entries_of(widget.spec["of"]) if name != "none"]
    st.multiselect(widget.label, names, placeholder="none", **widget.shown(list(before), read))


def _size(widget: _Widget) -> None:
    """Height and width, typed as people say them; nothing is the backbone's own."""
    value = "" if widget.value is None else widget.value if isinstance(widget.value, str) else spelled(widget.value)
    st.text_input(widget.label, placeholder="the backbone's own", **widget.shown(value, _sides))


def _sides(text: str) -> Any:
    """ "160 x 320" or "224"; anything else stays as it is, and is refused with its reason."""
    if pair := re.fullmatch(r"(\d+)\s*[x×,]\s*(\d+)", text.strip()):
        return [int(side) for side in pair.groups()]
    return int(text) if text.strip().isdecimal() else text or None


def _pooling(widget: _Widget) -> None:
    options = ["avg", "max", "both"]
    value = spelled(widget.value) if isinstance(widget.value, list) else widget.value
    if value not in options:
        options.append(value)
    st.selectbox(widget.label, options, accept_new_options=True, **widget.shown(value, lambda text: _sides(text or "")))


def _early_stopping(widget: _Widget) -> None:
    """On what to watch; how patiently, once it watches."""
    now = widget.value or {}
    watch = lambda on: None if on == "never" else {**now, "on": on}  # noqa: E731
    st.selectbox(widget.label, ["never", "loss", "accuracy"], **widget.shown(now.get("on", "never"), watch))
    if now:
        spec = {"help": "Epochs without improvement that are let pass.", "low": 1, "high": 10_000, "whole": True}
        patient = lambda epochs: widget.take({**now, "patience": epochs})  # noqa: E731
        _number(_Widget(f"{widget.key}_patience", "Patience", spec, now["patience"], patient))


def _name(widget: _Widget) -> None:
    st.text_input(widget.label, **widget.shown(widget.value))


KINDS: dict[str, Callable[[_Widget], None]] = {
    "number": _number,
    "option": _option,
    "flag": _flag,
    "choice": _choice,
    "several": _several,
    "image_size": _size,
    "pooling": _pooling,
    "early_stopping": _early_stopping,
    "name": _name,
}
"""Per kind of field that `Workbench.describe` tells of: how it is asked for."""


def _draw_choices(field: Spec) -> None:
    """What was chosen says its sentence; its settings follow."""
    chosen = field["value"] if isinstance(field["value"], list) else [field["value"]]
    for choice in map(recipe_state.named, chosen):
        st.caption(f"**{plain(choice['name'])}**: {plain(entries_of(field['of'])[choice['name']]['help'])}")
        if field["name"] != "regularizers":
            draw_settings(field, choice)


def draw_settings(field: Spec, choice: Spec) -> None:
    """Every setting of one choice that matters as the others stand."""
    entry = entries_of(field["of"])[choice["name"]]
    for setting in entry["knobs"]:
        if setting.get("when") and not choice.get(setting["when"]):
            continue
        _draw_setting(field["name"], entry["name"], setting, choice.get(setting["name"], setting["default"]))


def _kind_of(setting: Spec) -> str:
    if setting["options"]:
        return "option"
    return {bool: "flag", str: "name"}.get(type(setting["default"]), "number")


def _draw_setting(field: str, entry: str, setting: Spec, value: Any) -> None:
    name = setting["name"]
    take = lambda given: recipe_state.change_setting(field, entry, name, given)  # noqa: E731
    kind = _kind_of(setting)
    spec = {**setting, "whole": isinstance(setting["default"], int)}
    KINDS[kind](_Widget(f"train_set_{field}_{entry}_{name}", f"{label_of(name)} ({entry})", spec, value, take))
