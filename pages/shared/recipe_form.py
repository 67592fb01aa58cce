"""The form of a recipe: five choices first, all the others in folds that show what they hold.

Which fields there are, what may stand in them and what they mean comes from the catalog; only the first five and the
folds they would be looked for in are said here. What is said nowhere stands in the last fold.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.catalog.backbones import BACKBONES
from core.catalog.datasets import DATASETS
from core.catalog.learners import LEARNERS, OF_ITS_OWN
from core.catalog.presets import PRESETS
from pages.shared import recipe_state
from pages.shared.recipe_fields import draw_field, draw_settings, draw_way_back, entries_of, label_of, spelled
from pages.shared.ways import lead_to
from pages.shared.words import plain
from pages.shared.workbench import workbench

Field = Mapping[str, Any]
Fields = Mapping[str, Field]

FIRST = ("dataset", "backbone", "strategy", "regularizers", "epochs")
FOLDS = {
    "Optimizer and schedule": ("optimizer", "schedule", "lr", "batch_size", "early_stopping"),
    "Pictures": (
        "examples_per_class",
        "held_out_per_class",
        "augmentation",
        "image_size",
        "fit",
        "normalisation",
        "class_balance",
        "views",
    ),
}
REST = "Everything else"
LATEST_RUNS = 50


def draw_presets(told: Mapping[str, Any]) -> None:
    """Recipes to begin with; the one that is on is marked, and says its sentence."""
    titles = {name: PRESETS.entry(name).title for name in PRESETS}
    if st.session_state.get("train_preset") != told["preset"]:
        st.session_state["train_preset"] = told["preset"]
    # Each in a line of its own: side by side a phone cuts the last one off.
    st.pills("Begin with", list(titles), format_func=titles.__getitem__, key="train_preset", on_change=_begin)
    if st.button("or replay a report", key="train_replays", type="tertiary"):
        lead_to("replays")
    if told["preset"]:
        st.caption(PRESETS.help(told["preset"]))


def _begin() -> None:
    if preset := st.session_state["train_preset"]:
        recipe_state.begin_with(preset)


def draw_first(fields: Fields) -> None:
    """What a person chooses first."""
    _draw_dataset(fields["dataset"])
    _draw_backbone(fields["backbone"])
    for name in FIRST[2:]:
        if name != "strategy" or follows_strategy(fields):
            draw_field(fields[name])
        else:
            st.caption(f"{plain(recipe_state.named(fields['learner']['value'])['name'])}: {OF_ITS_OWN}")


def follows_strategy(fields: Fields) -> bool:
    return LEARNERS.entry(recipe_state.named(fields["learner"]["value"])["name"]).follows_strategy


def _draw_dataset(field: Field) -> None:
    here = {each["name"]: each for each in workbench().datasets() if each["available"]}
    _pick(field, {name: _titled_set(each) for name, each in here.items()}, recipe_state.turn_to)
    card = DATASETS.get(field["value"])
    if card:
        st.caption(card.when)


def _titled_set(each: Mapping[str, Any]) -> str:
    """By its name and what it is called elsewhere, and how large it is."""
    called = "" if each["title"].casefold() == each["name"].casefold() else f", {each['title']}"
    return f"{each['name']}{called} ({each['classes']} classes, {each['pictures']:,} pictures)"


def _draw_backbone(field: Field) -> None:
    weights = {each["name"]: each["weights"] for each in workbench().backbones()}
    titles = {name: f"{card.title} ({card.parameters / 1e6:.1f} M)" for name, card in BACKBONES.items()}
    titles |= {f"run:{run['run']}": f"weights of {run['name']} ({run['run']})" for run in _finished()}
    _pick(field, titles, lambda name: recipe_state.change("backbone", name))
    if field["value"] in BACKBONES:
        fetched = " Its weights would be downloaded." if weights[field["value"]] == "hub" else ""
        st.caption(BACKBONES[field["value"]].when + fetched)
    if field["changed"]:
        draw_way_back(field)


def _finished() -> list[dict[str, Any]]:
    return workbench().runs(LATEST_RUNS, state="done")


def _pick(field: Field, titles: Mapping[str, str], take: Callable[[str], None]) -> None:
    """One of a list, or any other name that is typed."""
    key, name = f"train_set_{field['name']}", field["name"]
    given, trouble = recipe_state.refused().get(name, (field["value"], None))
    options = [*titles] if given in titles else [*titles, given]
    if st.session_state.get(key) != given:
        st.session_state[key] = given
    st.selectbox(
        label_of(name),
        options,
        format_func=lambda option: titles.get(option, option),
        accept_new_options=True,
        key=key,
        help=field["help"],
        on_change=lambda: take(_meant(st.session_state[key] or given, titles)),
    )
    if trouble := trouble or recipe_state.misfits().get(name):
        st.error(plain(trouble))


def _meant(typed: str, titles: Mapping[str, str]) -> str:
    """Who types what the list calls something means that; anything else is a name of its own."""
    alike = [name for name, title in titles.items() if title.casefold().startswith(typed.casefold())]
    return alike[0] if typed not in titles and len(alike) == 1 else typed


def draw_folds(fields: Fields, more: Mapping[str, Callable[[], None]]) -> None:
    """All other fields; `more` is what else stands in a fold, by its name."""
    _draw_regularizers(fields["regularizers"])
    for title, names in [*FOLDS.items(), (REST, _unsaid(fields))]:
        shown = [fields[name] for name in names if name in fields and _can_differ(fields[name])]
        with st.expander(_titled(title, shown), key=f"train_fold_{title.split()[0].lower()}"):
            _in_columns(shown)
            more.get(title, lambda: None)()


def _draw_regularizers(field: Field) -> None:
    """Their settings, where any was chosen that has some."""
    chosen = [recipe_state.named(each) for each in field["value"]]
    if not chosen:
        return
    said = "; ".join(_said(each) for each in chosen)
    with st.expander(f"Regularizers: {plain(said)}", key="train_fold_regularizers"):
        for each in chosen:
            draw_settings(field, each)


def _said(choice: Mapping[str, Any]) -> str:
    settings = [value for name, value in choice.items() if name != "name" and not isinstance(value, bool)]
    return " ".join([choice["name"], *map(spelled, settings[:1])])


def _unsaid(fields: Fields) -> list[str]:
    said = {*FIRST, *(name for names in FOLDS.values() for name in names)}
    return [name for name in fields if name not in said]


def _can_differ(field: Field) -> bool:
    return field["kind"] != "choice" or len(entries_of(field["of"])) > 1


def _titled(title: str, shown: Sequence[Field]) -> str:
    """A closed fold says what it holds: what was changed, and the first few of the rest."""
    words = [_word(each) for each in shown if each["changed"]]
    words += [_word(each) for each in shown if not each["changed"]][: max(0, 4 - len(words))]
    return f"{title}: {plain(', '.join(words))}"


def _word(field: Field) -> str:
    dot = "● " if field["changed"] else ""
    bare = field["kind"] in ("choice", "several") and field["value"]
    return dot + (spelled(field["value"]) if bare else f"{label_of(field['name']).lower()} {spelled(field['value'])}")


def _in_columns(shown: Sequence[Field]) -> None:
    columns = st.columns(2)
    for place, field in enumerate(shown):
        with columns[place % 2]:
            draw_field(field)
