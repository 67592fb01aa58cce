"""Draws the states of a run and what may become of each, from the table that the database itself enforces."""

from core.runs.states import FOLLOWS, MEANING, RESUMABLE, UNSUCCESSFUL

OPENING = """\
# The states of a run

Made from `core/runs/states.py` and `core/catalog/states.py` by `python -m scripts.make_docs`: change the code, not this
page. The database refuses every other step, whoever takes it (a trigger), and a test walks each of these.
"""


def page() -> str:
    return "\n".join([OPENING, diagram(), table(), NOTES])


def diagram() -> str:
    steps = [f"    {before} --> {after}" for before, afters in FOLLOWS.items() for after in sorted(afters)]
    ends = [f"    {state} --> [*]" for state, afters in FOLLOWS.items() if not afters]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> queued", *steps, *ends, "```", ""])


def table() -> str:
    lines = ["| state | what it means | may become |", "| --- | --- | --- |"]
    for state, afters in FOLLOWS.items():
        lines.append(f"| `{state}` | {MEANING[state]} | {named(afters) or 'nothing: it is over'} |")
    return "\n".join([*lines, ""])


def named(states: frozenset[str]) -> str:
    return ", ".join(f"`{state}`" for state in sorted(states))


NOTES = f"""\
- Resumed can be: {named(RESUMABLE)}.
- To be mended by a person: {named(UNSUCCESSFUL)}.
- From `running` back to `queued` it goes by itself, when its engine or the machine went down.
"""
