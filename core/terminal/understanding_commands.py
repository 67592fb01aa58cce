"""The commands about mistakes, epochs and comparisons: each asks the workbench, and tells people what there is."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import RecordError, shown
from core.service import Workbench
from core.terminal.drawing import confusion, duration, headline, per_class, share, size, table
from core.terminal.screen import Screen, inert
from core.terminal.telling import tell_comparison

Found = Mapping[str, Any]

RIGHT = {"wrong": False, "right": True, "all": None}


def weights_of(asked: Namespace) -> str:
    return "last" if asked.last else "best"


def mistakes(bench: Workbench, asked: Namespace) -> Found:
    """A cell of the matrix is asked for whole: what lies on the diagonal is right."""
    which = None if asked.true and asked.predicted else RIGHT[asked.which]
    found = bench.mistakes(
        asked.run,
        asked.split,
        weights=weights_of(asked),
        true=asked.true,
        predicted=asked.predicted,
        right=which,
        order=asked.order,
        page=asked.page,
    )
    return {**found, **(_saved(bench, found, asked.save) if asked.save else {})}


def _saved(bench: Workbench, found: Found, folder: str) -> Found:
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True)
        pictures = {row["index"]: bench.picture(found["run"], found["split"], row["index"], 0) for row in found["rows"]}
        for index, picture in pictures.items():
            if picture is not None:
                (place / f"{found['split']}-{index:05}.png").write_bytes(picture)
    except OSError as error:
        raise RecordError(f"{shown(folder)} can't be written ({error.strerror}); name a new folder.") from None
    return {"folder": str(place), "saved": sum(picture is not None for picture in pictures.values())}


def epochs(bench: Workbench, asked: Namespace) -> Found:
    """People count from 1, scripts from 0."""
    return bench.history(asked.run) if asked.epoch is None else bench.at_epoch(asked.run, asked.epoch - 1)


def compare(bench: Workbench, asked: Namespace) -> Found:
    found = bench.compare(asked.runs, asked.split)
    ids, split = [each["run"] for each in found["runs"]], found["split"]
    if asked.classes:
        found["contrast"] = bench.contrast(ids[0], ids[1], split)
    if asked.pictures:
        found["disputed"] = bench.told_by_each(ids, split, asked.pictures, disputed=True)["rows"]
    return found


def tell_mistakes(found: Found, screen: Screen) -> None:
    screen.line(f"{found['right']} of {found['n']} right ({found['split']}, {found['weights']} epoch)")
    rows = [
        [each["file"], each["true"], each["predicted"], share(each["confidence"]), f"{each['loss']:.2f}"]
        for each in found["rows"]
    ]
    screen.lines(table(["file", "true", "said", "confidence", "loss"], rows, "...rr"))
    if len(rows) < found["found"]:
        screen.line(f"{len(rows)} of {found['found']}; --page N shows others.")
    if "folder" in found:
        screen.line(f"{found['saved']} pictures lie in {inert(found['folder'])}")


def tell_score(found: Found, screen: Screen) -> None:
    screen.line(f"{screen.paint(headline(found), 'bold')} right ({found['split']}, {found['weights']} epoch)")
    screen.lines([f"  {line}" for line in per_class(found)])
    screen.lines([f"  {line}" for line in confusion(found)])


def tell_epochs(found: Found, screen: Screen) -> None:
    if "rows" in found:
        screen.line(f"after epoch {found['epoch'] + 1}: {found['right']} of {found['n']} right ({found['split']})")
        labelled = {"classes": [{"label": label} for label in found["classes"]], "confusion": found["confusion"]}
        screen.lines([f"  {line}" for line in confusion(labelled)])
        rows = [[each["file"], each["true"], each["predicted"], share(each["confidence"])] for each in found["rows"]]
        screen.lines(table(["file", "true", "said then", "confidence"], rows, "...r"))
        return
    rows = [
        [each["epoch"] + 1, f"{each['right']} of {found['n']}", each["learned"], each["forgotten"]]
        for each in found["epochs"]
    ]
    screen.lines(table(["epoch", f"right ({found['split']})", "learned", "forgotten"], rows, "rrrr"))


def tell_compared(found: Found, screen: Screen) -> None:
    tell_comparison(found, screen)
    if contrast := found.get("contrast"):
        screen.line()
        screen.line(inert(contrast["sentence"]) + ".")
        rows = [
            [each["label"], each["pictures"], each["right_a"], each["right_b"], each["winner"] or "too close to call"]
            for each in contrast["classes"]
        ]
        screen.lines(table(["class", "pictures", contrast["a"], contrast["b"], "won by"], rows, ".rrr"))
    for row in found.get("disputed", ()):
        said = ", ".join(f"{run} says {inert(each['predicted'])}" for run, each in row["said"].items())
        screen.line(f"{inert(row['file'])} is {inert(row['true'])}: {said}")


def tell_race(found: Found, screen: Screen) -> None:
    rows = [
        [
            each["run"],
            each["name"],
            share(each["accuracy"]),
            duration(each["seconds"]),
            each["parameters"] and f"{each['parameters']['trained']:,}",
            each["peak_memory"] and size(each["peak_memory"]),
            each["bytes"] and size(each["bytes"]),
        ]
        for each in found["runs"]
    ]
    screen.lines(table(["run", "name", "validation", "time", "trained", "memory", "weights"], rows, "..rrrrr"))
    for currency, equal in found["at_equal"].items():
        if equal:
            told = ", ".join(f"{each['run']} {share(each['accuracy']) or 'nothing'}" for each in equal["runs"])
            ahead = ", then ".join(f"{each['run']} from {each['from']:,.4g}" for each in equal["leads"])
            screen.line(f"by {equal['budget']:,.4g} {currency}: {told}; in front: {ahead}")
    screen.lines([inert(note) for note in found["notes"]])
