"""What there is, told to people: backbones, choices, runs, and what was found out about them."""

from collections.abc import Mapping
from typing import Any

from core.terminal.drawing import duration, share, size, table
from core.terminal.screen import Screen, inert
from core.terminal.standing import told_state


def tell_doctor(found: Mapping[str, Any], screen: Screen) -> None:
    screen.line(f"Thaw {found['version']} on Python {found['python']}, {found['system']}")
    told = {
        "packages": [f"{name} {version}" for name, version in found["versions"].items() if version],
        "devices": [f"{each['device']} ({each['name']})" for each in found["devices"]],
        "home": [f"{found['home']} ({found['runs'] or 0} runs)"],
        "engine": _engine(found),
        "datasets": found["datasets"],
        "weights": found["weights"],
        "on disk": [f"{each['name']} {size(each['bytes'])}" for each in found["caches"]],
        "problems": [str(len(found["problems"]))] if found["problems"] else [],
    }
    for name, facts in told.items():
        screen.line(f"{name + ':':<10}{inert(', '.join(facts) or 'none')}")
    screen.lines([screen.paint(f"  - {inert(problem)}", "red") for problem in found["problems"]])


def _engine(found: Mapping[str, Any]) -> list[str]:
    health = found["supervisor"]
    if health is None:
        return [found["engine"]]
    alive = f"alive with {health['slots']} places" if health["alive"] else "asleep"
    return [found["engine"], alive, f"{len(health['running'])} running", f"{len(health['queued'])} queued"]


def tell_backbones(found: Mapping[str, Any], screen: Screen) -> None:
    rows = [
        [
            each["name"],
            f"{each['parameters'] / 1e6:.1f} M",
            "x".join(str(side) for side in each["input"]),
            each["weights"],
            each["when"],
        ]
        for each in found["backbones"]
    ]
    screen.lines(table(["name", "size", "input", "weights", "when to choose it"], rows, ".rr"))
    screen.line("Any other name that timm knows can be given too.")


def tell_choices(found: Mapping[str, Any], screen: Screen) -> None:
    for kind, entries in found.items():
        screen.line(screen.paint(kind, "bold"))
        for each in entries:
            screen.line(f"  {each['name']:<20} {each['help']}")
            screen.lines([f"  {'':<20}   {_knob(knob)}" for knob in each["knobs"]])


def _knob(knob: Mapping[str, Any]) -> str:
    limits = [f"{word} {knob[key]:g}" for word, key in (("from", "low"), ("to", "high")) if knob[key] is not None]
    allowed = f", {' '.join(limits)}" if limits else f", one of {', '.join(knob['options'])}" if knob["options"] else ""
    return f"{knob['name']} = {knob['default']}{allowed}: {knob['help']}"


def tell_runs(found: Mapping[str, Any], screen: Screen) -> None:
    if found.get("trouble"):
        screen.error(found["trouble"])
    if not found["runs"]:
        screen.line("There is no such run yet; `train` makes one.")
        return
    rows = [
        [
            each["run"],
            told_state(each),
            share(each["accuracy"]),
            duration(each["seconds"]),
            each["name"],
            each["created"],
        ]
        for each in found["runs"]
    ]
    screen.lines(table(["run", "state", "accuracy", "seconds", "name", "created"], rows, "..rr"))


def tell_predictions(found: Mapping[str, Any], screen: Screen) -> None:
    for each in found["predictions"]:
        others = ", ".join(f"{inert(other['label'])} {share(other['probability'])}" for other in each["top"][1:3])
        notes = "".join(f" [{inert(note)}]" for note in each["notes"])
        screen.line(f"{inert(each['file'])}: {inert(each['label'])} {share(each['probability'])}  ({others}){notes}")
