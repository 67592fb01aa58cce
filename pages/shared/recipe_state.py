"""The recipe that a visitor is making: one document in the session, which every widget shows and changes.

Other pages may put one there (`train_recipe`, in part or in full) or name a dataset (`train_dataset`).
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.catalog.datasets import DEFAULT_DATASET
from core.catalog.presets import PRESETS
from core.errors import DataError, ExplorerError, NotFound, RecipeError, WeightsError
from pages.shared.workbench import workbench

RECIPE, DATASET, REFUSED, MISFITS = "train_recipe", "train_dataset", "train_refused", "train_misfits"

Document = dict[str, Any]


def told_recipe() -> Document:
    """The recipe in full, as `Workbench.describe` tells it."""
    if asked := st.session_state.pop(DATASET, None):
        turn_to(asked)
    given = st.session_state.get(RECIPE) or {}
    try:
        told = workbench().describe({**suggested(given.get("dataset", DEFAULT_DATASET)), **given})
    except ExplorerError as error:  # a recipe of another version, or one that was made by hand
        st.warning(f"The recipe that was to be shown here can't be read, so this is where one begins: {error}")
        told = workbench().describe(suggested(DEFAULT_DATASET))
    st.session_state[RECIPE] = told["recipe"]
    return told


def suggested(dataset: str) -> Document:
    """What suits a dataset: what the terminal begins with, too."""
    return {each["name"]: each["suggested"] for each in workbench().describe({"dataset": dataset})["fields"]}


def refused() -> dict[str, tuple[Any, str]]:
    """Per field: what was given and can't be, and the sentence that says why."""
    return st.session_state.setdefault(REFUSED, {})


def misfits() -> dict[str, str]:
    """Per field: why what stands there can't be had here, as this drawing of the page found out."""
    return st.session_state.get(MISFITS, {})


def told_misfit(error: ExplorerError | None) -> None:
    """Remember by its field what stands in the way; a mishap that names none is the dataset's or the network's."""
    at: dict[type[ExplorerError], str] = {DataError: "dataset", WeightsError: "backbone", NotFound: "backbone"}
    field = error.field.split(".")[0] if isinstance(error, RecipeError) else at.get(type(error)) if error else None
    st.session_state[MISFITS] = {field: str(error)} if field else {}


def change(field: str, value: Any) -> None:
    """Give a field another value; what can't be is kept beside the recipe, with the reason."""
    refused().pop(field, None)
    try:
        told = workbench().describe({**st.session_state[RECIPE], field: value})
    except RecipeError as error:
        refused()[field] = (value, str(error))
    else:
        st.session_state[RECIPE] = told["recipe"]


def change_setting(field: str, entry: str, setting: str, value: Any) -> None:
    """Give one setting of a choice, or of a choice in a list, another value."""
    now = st.session_state[RECIPE][field]
    if not isinstance(now, list):
        if named(now)["name"] == entry:  # else a widget of the choice before it speaks up for the last time
            change(field, {**named(now), setting: value})
        return
    entries = [named(each) for each in now]
    change(field, [{**each, setting: value} if each["name"] == entry else each for each in entries])


def named(choice: str | Mapping[str, Any]) -> Document:
    return {"name": choice} if isinstance(choice, str) else dict(choice)


def reset(field: str) -> None:
    change(field, suggested(st.session_state[RECIPE]["dataset"])[field])


def turn_to(dataset: str) -> None:
    """Another dataset: what suits it, with all that was changed by hand."""
    before = st.session_state.get(RECIPE) or {}
    try:
        fields = workbench().describe({"dataset": DEFAULT_DATASET, **before})["fields"]
        kept = {each["name"]: each["value"] for each in fields if each["changed"] and each["name"] != "dataset"}
        st.session_state[RECIPE] = {**suggested(dataset), **kept}
    except RecipeError as error:
        refused()["dataset"] = (dataset, str(error))
    else:
        refused().pop("dataset", None)


def begin_with(preset: str) -> None:
    """Lay a preset over what suits the dataset; the network stays."""
    now = st.session_state[RECIPE]
    kept = {"backbone": now["backbone"]}
    st.session_state[RECIPE] = {**suggested(now["dataset"]), **kept, **PRESETS.entry(preset).fields}
    refused().clear()
