"""JSON as every reader knows it: a number that is not finite becomes null."""

import json
from collections.abc import Mapping
from typing import Any


def strict_json(said: Any, indent: int | None = None) -> str:
    separators = (",", ":") if indent is None else None
    try:
        return json.dumps(said, allow_nan=False, indent=indent, separators=separators)
    except ValueError:
        return json.dumps(_finite(said), allow_nan=False, indent=indent, separators=separators)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
