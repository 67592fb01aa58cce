"""Each command: ask the workbench, tell people or the script, answer with the exit code."""

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from typing import Any

from core.catalog.learners import in_words, learner_behind
from core.runs.strict import strict_json
from core.service import Workbench
from core.terminal import (
    asked_pictures,
    background,
    data_commands,
    groups,
    lists,
    measuring,
    replaying,
    reports,
    rooms,
    understanding_commands,
    walking,
)
from core.terminal.exits import DONE, code_for
from core.terminal.export_commands import export, tell_export
from core.terminal.recipes import recipe_of
from core.terminal.screen import Screen, inert
from core.terminal.telling import tell_preview, tell_recipe, tell_run, tell_story

RUNS_FOR_PEOPLE = 30

Found = Mapping[str, Any]
Action = Callable[[Workbench, Namespace, Screen], int]


def asking(ask: Callable[[Workbench, Namespace], Found], tell: Callable[[Found, Screen], None]) -> Action:
    """A command that asks one thing and tells it."""

    def act(bench: Workbench, asked: Namespace, screen: Screen) -> int:
        found = ask(bench, asked)
        if asked.json:
            screen.result(found)
        else:
            tell(found, screen)
        return DONE

    return act


def saying(sentence: str) -> Callable[[Found, Screen], None]:
    return lambda found, screen: screen.line(inert(sentence.format(**found)))


def train(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    from core.terminal.progress import Progress

    recipe = recipe_of(asked)
    twin = None if asked.again else bench.finished_twin(bench.check(recipe), name=asked.name)
    if twin:
        screen.line(f"The run {twin} has learned exactly this already; --again trains it anew.")
    what = inert(in_words(recipe.dataset, recipe.backbone, recipe.how))
    progress = Progress(screen, what, learner_behind(recipe.how).round)
    run = twin or bench.train(recipe, name=asked.name, device=asked.device, again=True, on_event=progress)
    shown = bench.show(run)
    screen.result({**shown, "reused": twin is not None})
    if not asked.json and shown["parameters"]:
        tell_run(shown, screen)
    return code_for(shown, screen)


def runs(bench: Workbench, asked: Namespace) -> Found:
    """All of them for a script, the newest for a person who named no limit; those that wait for nobody get somebody."""
    trouble = bench.wake()
    everything = -1 if asked.json else RUNS_FOR_PEOPLE
    found = bench.runs(limit=everything if asked.limit is None else asked.limit, state=asked.state)
    return {"runs": found, **({"trouble": trouble} if trouble else {})}


def show(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    if asked.follow:
        from core.terminal.following import follow

        return follow(bench, asked, screen)
    if asked.points is not None:
        return asking(lambda bench, asked: bench.follow(asked.run, asked.points), tell_story)(bench, asked, screen)
    if not asked.events:
        return asking(lambda bench, asked: bench.show(asked.run), tell_run)(bench, asked, screen)
    after = asked.after
    while page := bench.events(asked.run, after):
        sys.stdout.writelines(strict_json(each) + "\n" for each in page)
        after = page[-1]["number"]
    return DONE


def completion(bench: Workbench, asked: Namespace) -> Found:
    from core.terminal.completion import script

    return {"shell": asked.shell, "script": script(asked.shell)}


ACTIONS: dict[str, Action] = {
    "doctor": asking(lambda bench, asked: bench.doctor(), lists.tell_doctor),
    "datasets": asking(lambda bench, asked: {"datasets": bench.datasets()}, data_commands.tell_datasets),
    "dataset": asking(data_commands.dataset, data_commands.tell_dataset),
    "import": asking(data_commands.import_dataset, data_commands.tell_import),
    "collect": asking(data_commands.collect, data_commands.tell_collections),
    "audit": asking(lambda bench, asked: bench.audit(asked.dataset), data_commands.tell_audit),
    "backbones": asking(lambda bench, asked: {"backbones": bench.backbones(asked.word)}, lists.tell_backbones),
    "choices": asking(lambda bench, asked: bench.choices(asked.kind), lists.tell_choices),
    "check": asking(lambda bench, asked: bench.describe(bench.check(recipe_of(asked))), tell_recipe),
    "preview": asking(lambda bench, asked: bench.preview(recipe_of(asked), asked.sheet), tell_preview),
    "train": train,
    "submit": background.submit,
    "stop": background.each_run(background.stop),
    "pause": background.each_run(Workbench.pause),
    "resume": background.each_run(Workbench.resume),
    "queue": asking(lambda bench, asked: bench.lineup(), background.tell_lineup),
    "priority": asking(
        lambda bench, asked: bench.prioritise(asked.run, asked.priority),
        saying("The run {run} has priority {priority} now."),
    ),
    "logs": asking(lambda bench, asked: bench.logs(asked.run, asked.last), background.tell_logs),
    "sweep": asking(lambda bench, asked: bench.sweep(asked.sweep), groups.tell_sweep),
    "sweeps": asking(lambda bench, asked: {"sweeps": bench.sweeps()}, groups.tell_sweeps),
    "supervisor": asking(lambda bench, asked: bench.engine_status(), background.tell_supervisor),
    "runs": asking(runs, lists.tell_runs),
    "show": show,
    "predict": asked_pictures.predict,
    "explain": asked_pictures.explain,
    "redraw": asking(asked_pictures.redraw, asked_pictures.tell_redrawn),
    "estimate": asking(asked_pictures.estimate, asked_pictures.tell_estimate),
    "mistakes": asking(understanding_commands.mistakes, understanding_commands.tell_mistakes),
    "confusions": asking(
        lambda bench, asked: bench.score(asked.run, asked.split, understanding_commands.weights_of(asked)),
        understanding_commands.tell_score,
    ),
    "epochs": asking(understanding_commands.epochs, understanding_commands.tell_epochs),
    "path": asking(walking.path, walking.tell_path),
    "compare": asking(understanding_commands.compare, understanding_commands.tell_compared),
    "replays": replaying.replays,
    "replay": replaying.replay,
    "report": asking(reports.report, reports.tell_report),
    "race": asking(lambda bench, asked: bench.race(asked.runs), understanding_commands.tell_race),
    "export": asking(export, tell_export),
    "delete": asking(lambda bench, asked: bench.delete(asked.run), saying("The run {run} is deleted.")),
    "rename": asking(
        lambda bench, asked: bench.rename(asked.run, asked.name), saying("The run {run} is now called {name}.")
    ),
    "note": asking(lambda bench, asked: bench.note(asked.run, asked.note), saying("The run {run} is noted: {note}")),
    "tag": asking(
        lambda bench, asked: bench.tag(asked.run, asked.tags, asked.remove),
        saying("The run {run} is tagged {tags}."),
    ),
    "share": asking(rooms.share, rooms.tell_share),
    "people": asking(lambda bench, asked: {"people": bench.people()}, rooms.tell_people),
    "bench": asking(measuring.measure, measuring.tell_measured),
    "completion": asking(completion, lambda found, screen: screen.line(found["script"])),
}
