"""The commands for runs in the background: each asks the workbench, and tells what came of it."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from core.errors import ExplorerError, NotFound
from core.service import Workbench
from core.terminal.drawing import table
from core.terminal.exits import DONE, MENDABLE, code_for
from core.terminal.parsing import PROGRAM
from core.terminal.recipes import recipe_of
from core.terminal.screen import Screen, inert
from core.terminal.standing import told_state

Found = Mapping[str, Any]


def submit(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    """One run, or a sweep where something is to be varied."""
    if asked.plan:
        return _plan(bench, asked, screen)
    if asked.grid or asked.seeds != 1 or asked.halving:
        return _submit_sweep(bench, asked, screen)
    choices = {"name": asked.name, "device": asked.device, "again": asked.again, "priority": asked.priority}
    found = bench.submit(recipe_of(asked), **choices)
    screen.result(found)
    run = bench.glance(found["run"])
    if not asked.json:
        _tell_submitted(run, found["reused"], screen)
    return code_for(run, screen)


def _tell_submitted(run: Found, reused: bool, screen: Screen) -> None:
    if reused:
        screen.line(f"The run {run['run']} has learned exactly this already; --again trains it anew.")
        return
    screen.line(f"The run {run['run']} is {told_state(run)}.")
    screen.line(f"Watch it with: {PROGRAM} show {run['run']} --follow")


def _plan(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    from core.recipe.grid import described

    planned = bench.plan_sweep(recipe_of(asked), grid=asked.grid, seeds=asked.seeds)
    screen.result(planned)
    if not asked.json:
        screen.lines([inert(described(run)) for run in planned["runs"]])
        screen.line(f"That makes {len(planned['runs'])} runs{_merged(planned)}.")
    return DONE


def _merged(found: Found) -> str:
    return f" ({found['merged']} more would be the same again)" if found["merged"] else ""


def _submit_sweep(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    choices = {"grid": asked.grid, "seeds": asked.seeds, "halving": asked.halving or None}
    facts = {"name": asked.name, "device": asked.device, "priority": asked.priority}
    made = bench.submit_sweep(recipe_of(asked), **choices, **facts)
    screen.result(made)
    if not asked.json:
        screen.line(f"The sweep {made['sweep']} ({inert(made['name'])}) has {len(made['runs'])} runs{_merged(made)}.")
        screen.line(f"See how far it is with: {PROGRAM} sweep {made['sweep']}")
    return DONE


def each_run(act: Callable[[Workbench, str], Found]) -> Callable[[Workbench, Namespace, Screen], int]:
    """A command that does something to every run that is named, and says of each what came of it."""

    def do(bench: Workbench, asked: Namespace, screen: Screen) -> int:
        done: list[Found] = []
        refused: list[str] = []
        for word in dict.fromkeys(asked.runs):
            try:
                done.append(act(bench, word))
            except ExplorerError as error:
                refused.append(str(error))
        if done:
            screen.result(done[0] if len(asked.runs) == 1 else {"runs": _runs_of(done), "refused": refused})
        if not asked.json:
            screen.lines([f"The run {each['run']} is {each['state']}." for each in _runs_of(done)])
        for sentence in refused:
            screen.error(sentence)
        return MENDABLE if refused else DONE

    return do


def _runs_of(done: list[Found]) -> list[Found]:
    """A sweep that was named stands for its runs."""
    return [run for each in done for run in each.get("runs", [each])]


def stop(bench: Workbench, word: str) -> Found:
    """A run, else the sweep of this name."""
    try:
        return bench.stop(word)
    except NotFound as nobody:
        try:
            return bench.stop_sweep(word)
        except NotFound:
            raise nobody from None


def tell_logs(found: Found, screen: Screen) -> None:
    screen.lines([inert(line) for line in found["lines"]])
    screen.lines([inert(line) for line in found["traceback"] if line not in found["lines"]])
    if not found["lines"] and not found["traceback"]:
        screen.line(f"The worker of the run {found['run']} has printed nothing.")


def tell_lineup(found: Found, screen: Screen) -> None:
    """Who is at work, and who comes next."""
    rows = [[each["run"], told_state(each), each["priority"], each["name"]] for each in _runs_in_line(found)]
    if not rows:
        screen.line("Nothing is at work, and nothing waits.")
        return
    screen.lines(table(["run", "state", "priority", "name"], rows, "..r"))


def _runs_in_line(found: Found) -> list[Found]:
    return [*found["at_work"], *found["waiting"]]


def tell_supervisor(found: Found, screen: Screen) -> None:
    health = "alive" if found["alive"] else "asleep; it wakes when there is something to do"
    places = f", {found['slots']} places ({', '.join(found['places'])})" if found["places"] else ""
    screen.line(f"The {found['engine']} engine is {health}{places}.")
    for state in ("running", "queued"):
        runs = found[state]
        screen.line(f"{state + ':':<10}{len(runs)}" + (f"  {' '.join(runs[:10])}" if runs else ""))
