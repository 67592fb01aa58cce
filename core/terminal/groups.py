"""Sweeps, told to people: how far they are, and what each combination reached over its seeds."""

from collections.abc import Mapping
from typing import Any

from core.terminal.drawing import share, table
from core.terminal.screen import Screen, inert

Found = Mapping[str, Any]


def tell_sweep(found: Found, screen: Screen) -> None:
    screen.line(f"{screen.paint(inert(found['name']), 'bold')}  {found['state']}: {_counted(found)}")
    best = found["best"]
    rows = [
        [
            "best" if best and group["values"] == best["values"] else "",
            worded(group["values"]),
            f"{group['done']} of {len(group['runs'])}",
            mean(group["val"]),
            mean(group["test"]),
        ]
        for group in found["groups"]
    ]
    screen.lines(table(["", "choice", "done", "validation", "test"], rows, "..r"))
    screen.line()
    members = [
        [each["run"], each["state"], worded(each["values"]), each["seed"], share(each["accuracy"])]
        for each in found["runs"]
    ]
    screen.lines(table(["run", "state", "choice", "seed", "accuracy"], members, "....r"))


def tell_sweeps(found: Found, screen: Screen) -> None:
    if not found["sweeps"]:
        screen.line("There is no sweep yet; `submit --grid PATH=VALUE,VALUE` makes one.")
        return
    columns = ("sweep", "state", "name", "created")
    rows = [[*(each[column] for column in columns), _counted(each)] for each in found["sweeps"]]
    screen.lines(table([*columns, "runs"], rows))


def _counted(found: Found) -> str:
    counts = ", ".join(f"{number} {state}" for state, number in found["states"].items())
    return (counts or "no runs") + (f" ({found['abandoned']} of them abandoned)" if found["abandoned"] else "")


def mean(figure: Found | None) -> str:
    """The mean over seeds and the spread between them; one seed has none."""
    if figure is None:
        return ""
    spread = "" if figure["spread"] is None else f" ± {100 * figure['spread']:.1f}"
    return share(figure["mean"]) + spread


def worded(values: dict[str, Any]) -> str:
    from core.recipe.grid import described

    return described(values) if values else "as it stands"
