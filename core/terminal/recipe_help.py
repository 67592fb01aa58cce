"""The help that a recipe needs: every field and every registered name, each with its sentence."""

from json import dumps
from textwrap import fill


def all_choices() -> str:
    """Every field of a recipe and every registered name, each with its sentence."""
    from core.service.listing import choices, recipe_fields

    lines = ["", "", "fields of a recipe (--set NAME=VALUE):"]
    lines += [_entry(each["name"], f"{each['help']} Default: {_short(each['default'])}.") for each in recipe_fields()]
    for kind, entries in choices().items():
        lines += ["", f"{kind}:"]
        for each in entries:
            knobs = [f"{knob['name']} = {_short(knob['default'])}" for knob in each["knobs"]]
            lines.append(_entry(each["name"], each["help"] + (f" [{', '.join(knobs)}]" if knobs else "")))
    return "\n".join(lines)


def _entry(name: str, text: str) -> str:
    return fill(f"  {name:<20} {text}", width=110, subsequent_indent=" " * 23, break_on_hyphens=False)


def _short(value: object) -> str:
    return value if isinstance(value, str) else dumps(value)
