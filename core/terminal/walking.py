"""The command that walks a path of heads."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from core.service import Workbench
from core.terminal.drawing import confusion, share, table
from core.terminal.screen import Screen

Found = Mapping[str, Any]


def path(bench: Workbench, asked: Namespace) -> Found:
    """People count from 1, scripts from 0."""
    return bench.path(asked.run) if asked.head is None else bench.head(asked.run, asked.head - 1)


def tell_path(found: Found, screen: Screen) -> None:
    if "heads" in found:
        _tell_all(found, screen)
        return
    low, high = (share(bound) for bound in found["interval"])
    screen.line(f"head {found['number'] + 1}: {_settings(found)}; {found['nonzero']:,} weights are not zero")
    screen.line(f"{share(found['val_accuracy'])} ({low} to {high}), {found['val_right']} of {found['n']} right (val)")
    labelled = {"classes": [{"label": label} for label in found["classes"]], "confusion": found["confusion"]}
    screen.lines([f"  {line}" for line in confusion(labelled)])


def _tell_all(found: Found, screen: Screen) -> None:
    names = ["head", "seed", "rate", found["kind"], "training", "validation", "not zero", "length"]
    screen.lines(table(names, [_row(each) for each in found["heads"]], "rrrrrrrr"))
    best = found["heads"][found["best"]["number"]]
    after = found["best"]["epoch"] + 1
    screen.line(f"best: head {best['number'] + 1} ({_settings({**found, **best})}) after epoch {after}")


def _row(head: Found) -> list[object]:
    return [
        head["number"] + 1,
        head["seed"],
        f"{head['rate']:g}",
        f"{head['penalty']:.3g}",
        share(head["train_accuracy"]),
        share(head["val_accuracy"]),
        f"{head['nonzero']:,}",
        "" if head["norm"] is None else f"{head['norm']:.3g}",
    ]


def _settings(head: Found) -> str:
    return f"{head['kind']} {head['penalty']:.3g}, seed {head['seed']}, rate {head['rate']:g}"
