"""A run and a comparison, told to people."""

import re
from collections.abc import Mapping
from json import dumps
from typing import Any

from core.catalog.learners import NO_RATE, OF_ITS_OWN, learner_in
from core.catalog.picture_sizes import sizes_in_words
from core.terminal.drawing import (
    confusion,
    curves,
    duration,
    headline,
    heat_map,
    per_class,
    share,
    size,
    sparkline,
    table,
    thaw,
)
from core.terminal.screen import Screen, inert
from core.terminal.standing import title_of, told_state

COLOUR_OF_STATE = {"done": "green", "failed": "red", "diverged": "red", "lost": "red", "running": "warm"}
CLASSES_FOR_PEOPLE = 40
NAMES = 23
"""Where the cells of the strip begin, after the stage's name."""


def tell_run(shown: Mapping[str, Any], screen: Screen) -> None:
    _tell_head(shown, screen)
    _tell_scores(shown, screen)
    if shown["epochs"]:
        screen.line()
        learner = learner_in(shown["recipe"])
        screen.lines(curves(shown["epochs"], shown["best_epoch"], screen.drawn, round=learner.round))
        strip = [] if "thaw" in learner.without else thaw(shown["epochs"], screen.drawn)
        if strip:
            screen.line("  what learned (head on top; a dot is frozen):")
            screen.lines([_warmed(line, screen) for line in strip])
    split = "test" if shown.get("test") else "val"
    if shown.get(split):
        _tell_classes(shown[split], split, screen)
    screen.line()
    screen.line(f"run {shown['run']}" + (f", weights in {inert(shown['best'])}" if shown["best"] else ""))


def _left(told: Mapping[str, Any]) -> str:
    return "" if told["seconds_left"] is None else f", {duration(told['seconds_left'])} left"


def tell_story(story: Mapping[str, Any], screen: Screen) -> None:
    """A run as it stands at this moment."""
    screen.line(f"{screen.paint(inert(story['name']), 'bold')}  {told_state(story)}  {inert(story['reason'])}")
    done = f"{story['epochs_done']} of {story['planned_epochs'] or '?'} {story['round']}s"
    screen.line(f"{done}{_left(story)}")
    if looking := story["looking"]:
        done = "judged" if looking["purpose"] == "judging" else "looked at"
        screen.line(f"{looking['pictures']:,} of {looking['of']:,} pictures {done}{_left(looking)}")
    best = story["best"]
    screen.lines(curves(story["epochs"], best and best["epoch"], screen.drawn, round=story["round"]))
    _tell_alarms(story, screen)


def _tell_alarms(found: Mapping[str, Any], screen: Screen) -> None:
    """What was frozen and moved all the same."""
    screen.lines([screen.paint(f"  alarm: {inert(each['sentence'])}", "red") for each in found["alarms"]])


def tell_recipe(told: Mapping[str, Any], screen: Screen) -> None:
    """Every field of a recipe; a star before those that are not as suggested for the dataset."""
    fields = told["fields"]
    rows = [["*" if each["changed"] else "", each["name"], inert(_spelled(each["value"]))] for each in fields]
    screen.lines(table(["", "field", "value"], rows))
    screen.line(f"It can be trained here; * is changed from what suits the dataset. Its hash is {told['hash']}.")
    screen.line(inert(told["command"]))


def _spelled(value: object) -> str:
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False)


def tell_preview(seen: Mapping[str, Any], screen: Screen) -> None:
    """The heat map, the rates and the parameters, before anything is trained."""
    counts = ", ".join(f"{count} {split}" for split, count in seen["pictures"].items())
    screen.line(f"pictures: {counts}; {seen['steps_per_epoch']} steps in an epoch")
    _tell_what_learns(seen, screen)
    if rates := seen["rates"]:
        screen.line(f"  learning rate, from {rates[0]:.2g} over {max(rates):.2g} to {rates[-1]:.2g}:")
        screen.line(f"  {'':<20} {sparkline(rates, screen.drawn)}")
    else:
        screen.line(NO_RATE)
    if seen["sheet"]:
        screen.line(f"the first batch, as the network would see it: {inert(seen['sheet'])}")


def _warmed(line: str, screen: Screen) -> str:
    """The colours of ice and warmth, where there are colours."""
    name, cells = line[:NAMES], line[NAMES:]
    return name + re.sub(
        "[·.]+|[^·.]+", lambda run: screen.paint(run[0], "ice" if run[0][0] in "·." else "warm"), cells
    )


def _tell_head(shown: Mapping[str, Any], screen: Screen) -> None:
    state = screen.paint(told_state(shown), COLOUR_OF_STATE.get(shown["state"], "quiet"))
    screen.line(f"{screen.paint(inert(shown['name']), 'bold')}  {state}  {inert(shown['reason'])}")
    facts = [inert(title_of(shown))]
    facts.append(duration(shown["seconds"]))
    if shown["parameters"]:
        trained, total = shown["parameters"]["trained"], shown["parameters"]["total"]
        facts.append(f"{trained:,} of {total:,} parameters learned")
    if shown["peak_memory"]:
        facts.append(f"{size(shown['peak_memory'])} at most")
    if shown["attempt"] > 1:
        facts.append(f"attempt {shown['attempt']}")
    if shown["owner"]:
        facts.append(f"by {inert(shown['owner'])}")
    screen.line("; ".join(facts))
    if shown["tags"] or shown["note"]:
        screen.line(inert(" ".join(f"#{tag}" for tag in shown["tags"]) + "  " + shown["note"]).strip())
    screen.lines([f"  note: {inert(each['message'])}" for each in shown["notices"]])
    _tell_alarms(shown, screen)


def _tell_scores(shown: Mapping[str, Any], screen: Screen) -> None:
    """The restored best epoch's figures, with the last epoch's beside them."""
    for split, name in (("val", "validation"), ("test", "test")):
        score, last = shown.get(split), shown["last"].get(split)
        if score:
            beside = f"; last epoch {share(last['accuracy'])}" if last else ""
            macro = f"macro F1 {share(score['macro_f1'])}, loss {score['loss']:.3f}"
            screen.line(f"{name + ':':<12}{screen.paint(headline(score), 'bold')}; {macro}{beside}")


def _tell_classes(score: Mapping[str, Any], split: str, screen: Screen) -> None:
    screen.line()
    if len(score["classes"]) <= CLASSES_FOR_PEOPLE:
        screen.lines([f"  {line}" for line in per_class(score)])
        screen.line()
    screen.line(f"  confusions ({split}; rows are true, columns what was said):")
    screen.lines([f"  {line}" for line in confusion(score)])


def tell_comparison(found: Mapping[str, Any], screen: Screen) -> None:
    rows = [
        [each["run"], each["name"], f"{each['right']} of {each['n']}", duration(each["seconds"])]
        for each in found["runs"]
    ]
    screen.lines(table(["run", "name", f"right ({found['split']})", "seconds"], rows, "..rr"))
    screen.line()
    runs = [each["run"] for each in found["runs"]]
    if found["differences"]:
        chosen = [[field, *(each[run] for run in runs)] for field, each in found["differences"].items()]
        screen.lines(table(["what differs", *runs], chosen))
    else:
        screen.line("Their recipes are the same.")
    screen.line()
    screen.lines([inert(pair["sentence"]) + "." for pair in found["pairs"]])


def _tell_what_learns(seen: Mapping[str, Any], screen: Screen) -> None:
    if not seen["stages"]:
        screen.line(OF_ITS_OWN)
        return
    trained, total = seen["parameters"]["trained"], seen["parameters"]["total"]
    screen.line(f"{trained:,} of {total:,} parameters will learn")
    screen.line("  what will learn (head on top, epochs to the right; a dot is frozen):")
    screen.lines([_warmed(line, screen) for line in heat_map(seen["stages"], screen.drawn)])
    if grown := sizes_in_words(seen["picture_sizes"]):
        screen.line(f"  {grown}")
