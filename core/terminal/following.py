"""Watching a run from afar: its record is read again and again until it ends or rests. Looking changes nothing."""

import sys
import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any, Protocol

from core.catalog.learners import Learner, Network, learner_behind
from core.events import Improved, event_from_json
from core.runs.states import HELD
from core.runs.strict import strict_json
from core.service import Workbench
from core.service.forecast import Forecast
from core.terminal.drawing import curves, thaw
from core.terminal.exits import code_for
from core.terminal.progress import Progress, progress_line
from core.terminal.screen import Screen, inert
from core.terminal.standing import no_news, title_of, told_state
from core.terminal.telling import tell_run

SECONDS_BETWEEN_LOOKS = 0.2
ON_THE_WAY = {"queued", *HELD}
NAMES_AND_FIGURES = 45
"""The columns beside a curve."""

Found = Mapping[str, Any]


class Watcher(Protocol):
    """Tells what happens: every event once, and after those of each look how the run stands."""

    def hear(self, said: Found) -> None: ...

    def look(self, run: Found) -> None: ...


def follow(bench: Workbench, asked: Namespace, screen: Screen) -> int:
    """Watch a run to its end; the exit code is the one that `train` would have had."""
    bench.wake()
    run = bench.glance(asked.run)
    watcher = EventLines() if asked.events else Board(screen) if screen.live else PlainLines(screen, run)
    try:
        _watch(bench, run["run"], watcher, asked.after)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"The run {run['run']} goes on; only the looking has ended.") from None
    shown = bench.show(run["run"])
    screen.result(shown)
    if not asked.json and not asked.events:
        screen.redraw()
        tell_run(shown, screen)
    return code_for(shown, screen)


def _watch(bench: Workbench, run: str, watcher: Watcher, after: int) -> None:
    while True:
        line = bench.glance(run)  # before the events: whoever has ended has said everything
        while page := bench.events(run, after):
            for each in page:
                watcher.hear(each)
            after = page[-1]["number"]
        watcher.look(line)
        if line["state"] not in ON_THE_WAY:
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)


class EventLines:
    """For scripts: what the run says, one JSON object a line."""

    def hear(self, said: Found) -> None:
        sys.stdout.write(strict_json(said) + "\n")

    def look(self, run: Found) -> None:
        sys.stdout.flush()


class PlainLines:
    """For a pipe: a line per epoch, and one whenever the run stands differently."""

    def __init__(self, screen: Screen, run: Found):
        self.screen = screen
        self.progress = Progress(screen, inert(title_of(run)), learner_behind(run["strategy"]).round)
        self._told = ""

    def hear(self, said: Found) -> None:
        self.progress(event_from_json(said))

    def look(self, run: Found) -> None:
        if self.screen.gone:
            raise BrokenPipeError  # who no longer reads no longer looks
        stands = (run["state"], run["position"], bool(no_news(run)))
        if stands != self._told:
            self.screen.line(told_state(run))
            self._told = stands


class Board:
    """For a terminal: a few lines that are drawn anew in place."""

    def __init__(self, screen: Screen):
        self.screen, self.forecast = screen, Forecast()
        self.best: Improved | None = None
        self.learner: type[Learner] = Network

    def hear(self, said: Found) -> None:
        event = event_from_json(said)
        self.forecast.hear(event)
        if isinstance(event, Improved):
            self.best = event

    def look(self, run: Found) -> None:
        self.learner = learner_behind(run["strategy"])
        head = f"{inert(run['name'])}  {run['run']}  {told_state(run)}"
        self.screen.redraw(head, *self._progress(run), *self._curves())

    def _progress(self, run: Found) -> list[str]:
        """Where a run at work is; what was said before it began to wait is past."""
        if run["state"] not in HELD or self.forecast.started is None:
            return [inert(run["reason"])]
        return [progress_line(self.forecast, self.best, self.screen.drawn, self.learner.round)]

    def _curves(self) -> list[str]:
        epochs = [vars(each) for each in self.forecast.ended]
        room = max(10, self.screen.width - NAMES_AND_FIGURES)
        best = self.best.epoch if self.best else None
        drawn = curves(epochs, best, self.screen.drawn, room, self.learner.round)
        return drawn if "thaw" in self.learner.without else drawn + thaw(epochs[-room:], self.screen.drawn, room)
