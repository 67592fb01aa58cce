"""Published experiments from a terminal: begin one, watch its members, read the table of its claims."""

import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import NotFound, RecipeError, shown
from core.runs.states import UNSUCCESSFUL
from core.service import Workbench
from core.terminal.drawing import bar, table, table_or_blocks
from core.terminal.exits import DONE, MENDABLE
from core.terminal.parsing import PROGRAM
from core.terminal.screen import Screen, inert

SECONDS_BETWEEN_LOOKS = 0.5
ON_THE_WAY = ("running", "queued")

Found = Mapping[str, Any]


def replays(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    """A card alone is JSON for people too: it is there to be saved and changed."""
    if asked.save:
        from json import dumps

        document = bench.replay_card(asked.save)["document"]
        screen.result(document)
        if not asked.json:
            sys.stdout.write(dumps(document, indent=2, ensure_ascii=False) + "\n")
        return DONE
    found = {"replays": bench.replays(), "begun": [_begun(each) for each in bench.replays_begun()]}
    screen.result(found)
    if not asked.json:
        tell_replays(found, screen)
    return DONE


def _begun(each: Found) -> Found:
    return {"sweep": each["sweep"], "name": each["name"], "form": each["form"], "replay": each["card"]["name"]}


def tell_replays(found: Found, screen: Screen) -> None:
    rows = [
        [each["name"], each["title"], len(each["claims"]), *map(_minutes, _smaller(each))] for each in found["replays"]
    ]
    screen.lines(table(["name", "experiment", "claims", "quick", "hour"], rows, "..r"))
    for each in found["begun"]:
        screen.line(f"begun: {inert(each['name'])} ({each['sweep']})")


def _smaller(card: Found) -> list[Found | None]:
    return [card["forms"].get(form) for form in ("quick", "hour")]


def _minutes(form: Found | None) -> str:
    return f"about {form['minutes']:g} min" if form and form["minutes"] else ""


def replay(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    given = _given(bench, asked)
    if asked.status:
        return _tell(bench, _newest(bench, given, asked), asked, screen)
    made = bench.replay(
        given,
        asked.form or "quick",
        seeds=asked.seeds,
        chosen=_chosen(asked.choose),
        again=asked.again,
        device=asked.device,
    )
    if asked.wait:
        _watch(bench, made["sweep"], screen)
        return _tell(bench, made["sweep"], asked, screen)
    screen.result({**made, "runs": [run for each in bench.replayed(made["sweep"])["members"] for run in each["runs"]]})
    if not asked.json:
        screen.line(f"{inert(made['name'])} is the sweep {made['sweep']}; --status tells how it stands.")
    return DONE


def _given(bench: Workbench, asked: Namespace) -> str | Found:
    if bool(asked.replay) == bool(asked.card):
        raise RecipeError("replay", asked.replay, "name one that `replays` lists, or give --card FILE.json")
    if asked.replay:
        return asked.replay
    try:
        text = Path(asked.card).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise NotFound(f"The card {shown(asked.card)} can't be read ({reason}); name a JSON file.") from None
    return bench.read_card(text)["document"]


def _chosen(given: list[str]) -> dict[str, str]:
    chosen = {}
    for text in given:
        name, equals, option = text.partition("=")
        if not equals:
            raise RecipeError("--choose", text, "it is NAME=OPTION, such as l1_over=head")
        chosen[name.strip()] = option.strip()
    return chosen


def _newest(bench: Workbench, given: str | Found, asked: Namespace) -> str:
    begun = bench.replays_begun(given, asked.form)
    if not begun:
        raise NotFound("This replay has not been begun yet; without --status it is.")
    return begun[0]["sweep"]


def _watch(bench: Workbench, sweep: str, screen: Screen) -> None:
    told = ""
    try:
        while (found := bench.sweep(sweep))["state"] in ON_THE_WAY:
            done, total = found["states"].get("done", 0), len(found["runs"])
            stands = ", ".join(f"{count} {state}" for state, count in found["states"].items())
            if screen.live:
                screen.redraw(f"{inert(found['name'])}  {bar(done / max(1, total), 20, screen.drawn)}  {stands}")
            elif stands != told:
                screen.line(f"{inert(found['name'])}: {stands}")
            told = stands
            if screen.gone:
                raise BrokenPipeError
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"The replay {sweep} goes on; only the looking has ended.") from None
    screen.redraw()


def _tell(bench: Workbench, sweep: str, asked: Namespace, screen: Screen) -> int:
    bench.measure_gaps(sweep)
    found = bench.replayed(sweep)
    screen.result(found)
    if not asked.json:
        tell_replay(found, screen)
    return _code_for(bench, found, screen)


def _code_for(bench: Workbench, found: Found, screen: Screen) -> int:
    """A member that failed is told with its reason: the table is whole only without such."""
    failed = [member for member in found["members"] if UNSUCCESSFUL & set(member["states"])]
    for member in failed:
        screen.error(f"{member['name']}: {member['reason']}.")
    return MENDABLE if failed else DONE


def tell_replay(found: Found, screen: Screen) -> None:
    screen.line(f"{screen.paint(inert(found['title']), 'bold')}  ({found['form']} form, {found['state']})")
    if found["left_out"]:
        screen.line(inert(found["left_out"]))
    screen.line()
    rows = [
        [each["text"], each["claim_told"], each["outcome_told"], each["interval_told"], _verdict(each)]
        for each in found["claims"]
    ]
    rows += [
        [f"{each['name']}: accuracy", None, each["outcome_told"], None, each["reason"]]
        for each in found["members"]
        if each["claim"] is None and each["outcome"] is not None
    ]
    heads = ["claim", "published", "outcome", "interval", "verdict"]
    screen.lines(table_or_blocks(heads, rows, screen.width) if screen.live else table(heads, rows))
    screen.line()
    sentence = found["tally"]["sentence"]
    screen.line(f"{sentence[:1].upper()}{sentence[1:]}.")
    _tell_notes(found, screen)
    screen.line(f"sweep {found['sweep']}; its runs: {PROGRAM} sweep {found['sweep']}")


def _verdict(row: Found) -> str:
    said = f"{row['verdict']}: {row['reason']}" if row["reason"] else row["verdict"]
    return f"{said} [{row['note']}]" if row["note"] else said


def _tell_notes(found: Found, screen: Screen) -> None:
    """What is other than the report's, and what it left open."""
    for member in found["members"]:
        others = [each for each in member["differs"] if each != found["left_out"]]
        if others:
            screen.line(f"{inert(member['name'])} differs: {inert('; '.join(others))}.")
    for each in found["left_open"]:
        screen.line(f"left open: {inert(each['question'])}: {inert(each['chosen'])}.")
