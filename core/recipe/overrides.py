"""Overrides: `path=value` as it is typed, and what it makes of one field's JSON form."""

import json
from collections.abc import Mapping
from typing import Any

from core.errors import RecipeError


def value_of(name: str, text: str) -> object:
    """What an override gives a field: JSON, or a bare word, which a name always is: a dataset may be called 2024."""
    text = text.strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if name in ("dataset", "backbone") and not isinstance(value, str) else value


def changed_within(current: Any, path: list[str], value: object, where: str) -> Any:
    """The field's JSON form with one setting inside it changed; a new name drops the settings of the old one."""
    if isinstance(current, list):
        return _within_a_list(current, path, value, where)
    settings = dict(current) if isinstance(current, Mapping) else {} if current is None else {"name": current}
    if len(path) != 1:
        raise RecipeError(".".join([where, *path]), value, f"the path ends below {where}.{path[0]}")
    return {"name": value} if path[0] == "name" else {**settings, path[0]: value}


def _within_a_list(current: list[Any], path: list[str], value: object, where: str) -> list[Any]:
    """Lists are addressed by the entry's name (`regularizers.l1.strength=0.1`), which joins the list if it is new."""
    if any(isinstance(each, int) for each in current):
        raise RecipeError(".".join([where, *path]), value, f"give {where} as a whole, such as {where}=[1,3]")
    if len(path) != 2:
        raise RecipeError(".".join([where, *path]), value, f"write {where}.NAME.SETTING, or give {where} as JSON")
    named = {each if isinstance(each, str) else each["name"]: each for each in current}
    entry = named.get(path[0], path[0])
    named[path[0]] = changed_within(entry, path[1:], value, f"{where}.{path[0]}")
    return list(named.values())
