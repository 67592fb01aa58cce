"""Each command: ask the workbench, tell people or the script, answer with the exit code."""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import NotFound
from core.runs.states import UNSUCCESSFUL
from core.runs.strict import strict_json
from core.service import Workbench
from core.terminal.drawing import duration, share, size, table
from core.terminal.screen import Screen, inert
from core.terminal.telling import tell_comparison, tell_run

if TYPE_CHECKING:
    from core.recipe import Recipe

DONE = 0
MENDABLE = 2
RUNS_FOR_PEOPLE = 30


def doctor(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    found = bench.doctor()
    screen.result(found)
    if not asked.json:
        screen.line(f"Thaw {found['version']} on Python {found['python']}, {found['system']}")
        screen.line(
            "packages: " + ", ".join(f"{name} {version}" for name, version in found["versions"].items() if version)
        )
        screen.line("devices:  " + ", ".join(f"{each['device']} ({inert(each['name'])})" for each in found["devices"]))
        screen.line(f"home:     {inert(found['home'])} ({found['runs'] or 0} runs)")
        screen.line(f"engine:   {inert(found['engine'])}")
        screen.line("datasets: " + inert(", ".join(found["datasets"]) or "none"))
        screen.line("weights:  " + inert(", ".join(found["weights"]) or "none"))
        screen.line(
            "on disk:  " + (", ".join(f"{each['name']} {size(each['bytes'])}" for each in found["caches"]) or "nothing")
        )
        screen.line("problems: " + ("none" if not found["problems"] else ""))
        screen.lines([screen.paint(f"  - {inert(problem)}", "red") for problem in found["problems"]])
    return DONE


def datasets(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    found = bench.datasets()
    screen.result({"datasets": found})
    if not asked.json:
        rows = [
            [
                each["name"],
                each["title"],
                each["classes"],
                each["pictures"],
                "yes" if each["available"] else "",
                each["source"],
            ]
            for each in found
        ]
        screen.lines(table(["name", "title", "classes", "pictures", "here", "source"], rows, "..rr"))
    return DONE


def import_(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    report = bench.import_dataset(asked.path, asked.name)
    screen.result(report)
    if not asked.json:
        count = len(report["classes"])
        screen.line(f"{report['accepted']} pictures of {count} classes are now in the dataset {inert(report['name'])}.")
        screen.lines([f"  skipped {inert(each['file'])}: {inert(each['reason'])}" for each in report["skipped"]])
        screen.lines([f"  note: {inert(each)}" for each in report.get("warnings", [])])
        screen.line(f"Train on it with: --set dataset={inert(report['name'])}")
    return DONE


def audit(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    found = bench.audit(asked.dataset)
    screen.result(found)
    if not asked.json:
        splits = ", ".join(f"{name} {_count(split)}" for name, split in found["splits"].items())
        screen.line(f"{inert(found['dataset'])}: {splits}")
        for each in found["findings"]:
            screen.line(f"  {each['severity']:<8} {each['kind']}: {inert(each['message'])}")
            screen.lines([f"             {inert(file)}" for file in _flat(each["files"])[:5]])
        if not found["findings"]:
            screen.line("  nothing odd was found")
    return DONE


def _count(split: Any) -> Any:
    return split.get("pictures", split.get("n")) if isinstance(split, dict) else split


def _flat(files: list[Any]) -> list[str]:
    return [" = ".join(each) if isinstance(each, list) else each for each in files]


def backbones(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    found = bench.backbones(asked.word)
    screen.result({"backbones": found})
    if not asked.json:
        rows = [
            [
                each["name"],
                f"{each['parameters'] / 1e6:.1f} M",
                "x".join(map(str, each["input"])),
                each["weights"],
                each["when"],
            ]
            for each in found
        ]
        screen.lines(table(["name", "size", "input", "weights", "when to choose it"], rows, ".rr"))
        screen.line("Any other name that timm knows can be given too.")
    return DONE


def choices(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    found = bench.choices(asked.kind)
    screen.result(found)
    if not asked.json:
        for kind, entries in found.items():
            screen.line(screen.paint(kind, "bold"))
            for each in entries:
                screen.line(f"  {each['name']:<20} {each['help']}")
                screen.lines([f"  {'':<20}   {_knob(knob)}" for knob in each["knobs"]])
    return DONE


def _knob(knob: dict[str, Any]) -> str:
    limits = [f"{word} {knob[key]:g}" for word, key in (("from", "low"), ("to", "high")) if knob[key] is not None]
    allowed = f", {' '.join(limits)}" if limits else f", one of {', '.join(knob['options'])}" if knob["options"] else ""
    return f"{knob['name']} = {knob['default']}{allowed}: {knob['help']}"


def train(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    from core.recipe import Recipe
    from core.terminal.progress import Progress

    recipe = (_recipe_in(asked.recipe) if asked.recipe else Recipe()).with_overrides(asked.overrides)
    before = None if asked.again else bench.finished_twin(bench.check(recipe))
    title = f"{inert(recipe.dataset)} with {inert(recipe.backbone)}, strategy {recipe.strategy.name}"
    progress = Progress(screen, title)
    run = before or bench.train(recipe, name=asked.name, device=asked.device, again=True, on_event=progress)
    shown = bench.show(run)
    screen.result({**shown, "reused": before is not None})
    if before:
        screen.line(f"The run {run} has learned exactly this already; --again trains it anew.")
    if not asked.json and shown["parameters"]:
        tell_run(shown, screen)
    return _verdict(shown, screen)


def _recipe_in(path: str) -> "Recipe":
    from core.recipe import Recipe

    try:
        text = sys.stdin.read() if path == "-" else Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise NotFound(f"The recipe {path!r} can't be read ({reason}); name a JSON file.") from None
    return Recipe.from_text(text)


def _verdict(shown: dict[str, Any], screen: Screen) -> int:
    """A run that failed or diverged is something a person has to mend."""
    if shown["state"] not in UNSUCCESSFUL:
        return DONE
    screen.error(shown["reason"])
    return MENDABLE


def runs(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    limit = asked.limit if asked.limit is not None else -1 if asked.json else RUNS_FOR_PEOPLE
    found = bench.runs(limit=limit, state=asked.state)
    screen.result({"runs": found})
    if not asked.json:
        rows = [
            [
                each["run"],
                each["state"],
                share(each["accuracy"]),
                duration(each["seconds"]),
                each["name"],
                each["created"],
            ]
            for each in found
        ]
        screen.lines(table(["run", "state", "accuracy", "seconds", "name", "created"], rows, "..rr"))
        if not found:
            screen.line("There are no runs yet; `train` makes one.")
        elif asked.limit is None and len(found) == RUNS_FOR_PEOPLE:
            screen.line("Older ones are shown with --limit.")
    return DONE


def show(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    if asked.events:
        return _events(bench, asked)
    shown = bench.show(asked.run)
    screen.result(shown)
    if not asked.json:
        tell_run(shown, screen)
    return DONE


def _events(bench: Workbench, asked: Namespace) -> int:
    after = asked.after
    while page := bench.events(asked.run, after):
        sys.stdout.writelines(strict_json(each) + "\n" for each in page)
        after = page[-1]["number"]
    return DONE


def predict(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    pictures = [("stdin", sys.stdin.buffer.read()) if image == "-" else image for image in asked.images]
    found = bench.predict(asked.run, pictures, asked.device)
    screen.result(found)
    if not asked.json:
        for each in found["predictions"]:
            others = ", ".join(f"{inert(other['label'])} {share(other['probability'])}" for other in each["top"][1:3])
            notes = "".join(f" [{inert(note)}]" for note in each["notes"])
            screen.line(
                f"{inert(each['file'])}: {inert(each['label'])} {share(each['probability'])}  ({others}){notes}"
            )
    for each in found["rejected"]:
        screen.error(each["reason"])
    if found["predictions"]:
        return DONE
    if not found["rejected"]:
        screen.error("There is no picture there; name a file, or a folder that holds some.")
    return MENDABLE


def compare(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    found = bench.compare(asked.runs, asked.split)
    screen.result(found)
    if not asked.json:
        tell_comparison(found, screen)
    return DONE


def _changed(change: Callable[[Workbench, Namespace], dict[str, Any]], sentence: str) -> Callable[..., int]:
    def act(bench: Workbench, asked: Namespace, screen: Screen) -> int:
        found = change(bench, asked)
        screen.result(found)
        if not asked.json:
            screen.line(inert(sentence.format(**found)))
        return DONE

    return act


def completion(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    from core.terminal.completion import script

    text = script(asked.shell)
    screen.result({"shell": asked.shell, "script": text})
    if not asked.json:
        screen.line(text)
    return DONE


ACTIONS: dict[str, Callable[[Workbench, Namespace, Screen], int]] = {
    "doctor": doctor,
    "datasets": datasets,
    "import": import_,
    "audit": audit,
    "backbones": backbones,
    "choices": choices,
    "train": train,
    "runs": runs,
    "show": show,
    "predict": predict,
    "compare": compare,
    "delete": _changed(lambda bench, asked: bench.delete(asked.run), "The run {run} is deleted."),
    "rename": _changed(lambda bench, asked: bench.rename(asked.run, asked.name), "The run {run} is now called {name}."),
    "note": _changed(lambda bench, asked: bench.note(asked.run, asked.note), "The run {run} has the note: {note}"),
    "tag": _changed(
        lambda bench, asked: bench.tag(asked.run, asked.tags, asked.remove), "The run {run} has the tags {tags}."
    ),
    "completion": completion,
}
