"""The record of one home: every run's row in the database, and its folder beside it."""

import copy
import json
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from core import __version__
from core.errors import NotFound, RecordError, shown
from core.home import SAMPLE, Home
from core.runs import liveness
from core.runs.database import BUSY_SECONDS
from core.runs.desk import RecordDesk, tidy
from core.runs.folders import make_folder, write_json
from core.runs.sample import UNCHANGEABLE, StoreWithSample
from core.runs.states import HELD, RESUMABLE, State
from core.runs.store import RunRow

if TYPE_CHECKING:
    from core.recipe import Recipe

ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
"""No look-alikes (0 o 1 l i), and no vowels, so that an id is never a word."""

ID_LENGTH = 6
NAME_LIMIT = 200
NOTE_LIMIT = 10_000
TAG_LIMIT = 60
NO_FILES: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
LOST = "The process that trained it ended without a word: it was killed, or the machine went down."
WAITING = "It waits for a free place."
CUT_SHORT = "The machine or its engine went down while it trained; it waits to go on from its last snapshot."
ENDED_BY_FORCE = "It did not stop when it was asked to, and was ended; the best weights so far are kept."
SECONDS_TO_LEAVE = 5.0
"""A worker that has said its last word is gone soon."""

MOST_CUT_SHORT = 10
"""A run that took its machine down so often is not begun again by itself."""


class Record:
    """All runs of a home. Runs are made, found, looked after and deleted here."""

    def __init__(self, home: Home, busy_seconds: float = BUSY_SECONDS):
        self.home = home
        self.store = StoreWithSample(home.database, busy_seconds)

    def folder(self, run: str) -> Path:
        return self.home.folder_of(run)

    def create(
        self,
        recipe: "Recipe",
        *,
        name: str = "",
        owner: str = "",
        request: str | None = None,
        files: Mapping[str, Mapping[str, Any]] = NO_FILES,
        **asked: Any,
    ) -> str:
        """Write a new run down, with a short id that nobody has yet; a request that was made before finds its run.

        `files` lie in its folder, as JSON, from the first moment on. What else was `asked` for goes into its row:
        engine, wanted_device, priority, sweep, most_waiting.
        """
        name = checked(name, "name", NAME_LIMIT) or recipe.in_short[:NAME_LIMIT]
        facts = {**_told_of(recipe), "name": name, "owner": owner, "request": request, **asked}
        while True:
            run = self.take_id()
            try:
                self._write_down(run, recipe, files, facts)
                return run
            except sqlite3.IntegrityError:
                earlier = self.store.asked_for(owner, request) if request else None
                if earlier:
                    return earlier.id

    def _write_down(
        self, run: str, recipe: "Recipe", files: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Any]
    ) -> None:
        """First the folder: who is killed in between leaves litter, but never a run without its recipe."""
        with ExitStack() as unless_written_down:
            unless_written_down.callback(shutil.rmtree, self.folder(run), ignore_errors=True)
            for name, content in {"recipe.json": recipe.to_json(), **files}.items():
                write_json(self.folder(run) / name, content)
            now = time.time()
            self.store.add(run, state="queued", reason=WAITING, recipe=recipe.to_json(), created=now, **facts)
            unless_written_down.pop_all()

    def take_id(self) -> str:
        """An id that nobody has yet: whoever makes its folder has it."""
        while True:
            run = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
            with suppress(FileExistsError):
                make_folder(self.folder(run))
                return run

    def desk(self, run: str, attempt: int) -> RecordDesk:
        return RecordDesk(self.store, self.home, run, attempt)

    @property
    def viewer(self) -> str | None:
        return self.home.viewer

    def seen_by(self, person: str) -> "Record":
        """The same record in the eyes of one person: what is others' own is as if it were not there."""
        seen = copy.copy(self)
        seen.home = self.home.seen_by(person)
        return seen

    def find(self, word: str) -> RunRow:
        """The run with this id, this beginning of an id, or this name, of those the viewer sees."""
        found = self._like(word)
        if not found:
            raise NotFound(f"The run {shown(word)} was not found; the command `runs` lists those there are.")
        if len(found) > 1 and found[0].id != word:
            raise NotFound(f"{shown(word)} may be any of {', '.join(row.id for row in found)}; give more of the id.")
        return self.seen(found[0])

    def sees(self, run: str) -> bool:
        """Whether the viewer may know of a run, by its id."""
        return self.viewer is None or any(row.id == run for row in self._like(run))

    def find_own(self, word: str) -> RunRow:
        """The same, to change it: what others share can be looked at and nothing else."""
        row = self.find(word)
        if row.id == SAMPLE:
            raise RecordError(UNCHANGEABLE)
        if self.viewer not in (None, row.owner):
            raise RecordError(f"The run {row.id} is another person's; only they can change it.")
        return row

    def _like(self, word: str) -> list[RunRow]:
        if word == SAMPLE and (sample := self.store.row(word)):
            return [sample]
        by_id = self.store.ids_like(word, self.viewer) if re.fullmatch(f"[{ALPHABET}]{{1,{ID_LENGTH}}}", word) else []
        exact = [row for row in by_id if row.id == word]
        return exact or (self.store.named(word, self.viewer) if _is_unicode(word) else []) or by_id

    def page(
        self, limit: int = -1, before: int | None = None, state: str | None = None, sweep: str | None = None
    ) -> list[RunRow]:
        """Runs, newest first, as they truly are."""
        return [self.seen(row) for row in self.store.newest(limit, before, state, sweep, self.viewer)]

    def seen(self, row: RunRow) -> RunRow:
        """The row as it truly is: whoever first sees that a run's worker is gone writes down what that means."""
        if row.state not in HELD or liveness.is_held(self.folder(row.id)):
            return row
        try:
            self.settle(row)
        except RecordError:  # busy, or no space: it is true all the same
            state, reason = _fate(row, LOST, self._engine_died(row))
            return replace(row, state=state, reason=reason)
        return self.store.row(row.id) or row

    def settle(self, row: RunRow, why: str = LOST, engine_died: bool | None = None) -> None:
        """Say what becomes of a run at work whose worker is gone.

        If its engine has gone down too, nobody is to blame and it will go on by itself. If only its worker died, the
        cause may lie in the run, and a person decides.
        """
        state, reason = _fate(row, why, self._engine_died(row) if engine_died is None else engine_died)
        last = self.store.last_event(row.id)
        facts: dict[str, Any] = {"seconds": last["elapsed"] if last else 0.0, "ended": time.time()}
        if state == "queued":
            facts = {"cut_short": row.cut_short + 1}
        if self.store.move(row.id, state, reason, only_from=row.state, attempt=row.attempt, **facts):
            self.tidy(row.id)

    def judges(self, run: str) -> bool:
        """Whether a run was judging pictures when it said something last."""
        last = self.store.last_event(run) or {}
        return last.get("kind") in ("epoch_ended", "improved", "predicted") or last.get("purpose") == "judging"

    def _engine_died(self, row: RunRow) -> bool:
        """Runs of the asking process itself, and those of the immediate engine, have nobody who could have died.

        A worker that was told to end by a machine that goes down is the first of its engine to go.
        """
        if liveness.was_told(self.folder(row.id), row.attempt):
            return True
        return row.engine not in ("", "immediate") and not liveness.is_held(self.home.engine, row.engine)

    def tidy(self, run: str) -> None:
        """Remove what a killed worker left half-done, unless somebody works on the run, or it is gone."""
        row = self.store.row(run)
        if row is not None:
            with suppress(liveness.Held), liveness.held(self.folder(run)):
                tidy(self.folder(run), row.state)

    def requeue(self, run: str, engine: str = "", files: Mapping[str, Mapping[str, Any]] = NO_FILES) -> None:
        """Let a run that rests wait for its turn once more, in the care of an engine, perhaps with other `files`."""
        row = self.find_own(run)
        if row.state not in RESUMABLE:
            raise RecordError(f"The run {row.id} is {row.state}; only one that is {_listed(RESUMABLE)} can be resumed.")
        with liveness.held(self.folder(row.id), patience=SECONDS_TO_LEAVE):  # its last worker may still be tidying up
            for name, content in files.items():
                write_json(self.folder(row.id) / name, content)
        self.store.move(row.id, "queued", WAITING, only_from=row.state, engine=engine, cut_short=0)

    def rename(self, run: str, name: str) -> str:
        name = checked(name, "name", NAME_LIMIT)
        if not name:
            raise RecordError("A run's name can't be empty; give it at least one letter.")
        self.store.enter(run, name=name)
        return name

    def note(self, run: str, note: str) -> str:
        note = checked(note, "note", NOTE_LIMIT)
        self.store.enter(run, note=note)
        return note

    def tag(self, row: RunRow, add: Iterable[str], remove: Iterable[str]) -> list[str]:
        tags = sorted({*json.loads(row.tags), *(checked(tag, "tag", TAG_LIMIT) for tag in add)} - {*remove, ""})
        self.store.enter(row.id, tags=json.dumps(tags))
        return tags

    def share(self, run: str, shared: bool) -> bool:
        """Let everybody in the room see a run, or its owner alone."""
        self.store.enter(run, shared=int(shared))
        return shared

    def delete(self, run: str) -> None:
        """Remove a run and all it left; one that a process works on stays."""
        row = self.find_own(run)
        if row.state in HELD:
            raise RecordError(f"The run {row.id} is {row.state}; stop it before you delete it.")
        with liveness.held(self.folder(row.id), patience=SECONDS_TO_LEAVE):
            if not self.store.delete(row.id):
                raise RecordError(f"The run {row.id} is not {row.state} any more; look at it again.")
            shutil.rmtree(self.folder(row.id), ignore_errors=True)

    def close(self) -> None:
        self.store.close()


def _told_of(recipe: "Recipe") -> dict[str, str]:
    """What a list of runs tells of their recipes, without opening them."""
    return {
        "recipe_hash": recipe.hash,
        "version": __version__,
        "dataset": recipe.dataset,
        "backbone": recipe.backbone,
        "strategy": recipe.how,
    }


def _fate(row: RunRow, why: str, engine_died: bool) -> tuple[State, str]:
    """What a run at work becomes whose worker is gone, and the reason to give."""
    match row.state:
        case "stopping":
            return "stopped", ENDED_BY_FORCE
        case "pausing" if engine_died:
            return "paused", CUT_SHORT.replace("waits to", "can")
        case "running" if engine_died and row.cut_short < MOST_CUT_SHORT:
            return "queued", CUT_SHORT
        case _:
            return "lost", why


def _listed(states: Iterable[str]) -> str:
    *most, last = sorted(states)
    return f"{', '.join(most)} or {last}"


def checked(text: str, what: str, limit: int) -> str:
    """Text as people type it, if it is text and not endless; how it is drawn is the drawer's care."""
    text = text.strip()
    if len(text) > limit:
        raise RecordError(f"The {what} {shown(text, 40)} has {len(text)} letters; {limit} are the limit.")
    if not _is_unicode(text):
        raise RecordError(f"The {what} {shown(text, 40)} is not Unicode text; type it another way.")
    return text


def _is_unicode(text: str) -> bool:
    """A terminal hands on bytes that are no text as lone surrogates, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
