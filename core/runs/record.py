"""The record of one home: every run's row in the database, and its folder beside it."""

import json
import re
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core import __version__
from core.errors import NotFound, RecordError, shown
from core.home import Home
from core.runs import liveness
from core.runs.folders import sweep, write_json
from core.runs.states import HELD, State
from core.runs.store import RunRow, RunStore

if TYPE_CHECKING:
    from core.recipe import Recipe

ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
"""No look-alikes (0 o 1 l i), and no vowels, so that an id is never a word."""

ID_LENGTH = 6
NAME_LIMIT = 200
NOTE_LIMIT = 10_000
TAG_LIMIT = 60
LOST = "The process that trained it ended without a word: it was killed, or the machine went down."


class Record:
    """All runs of a home. Runs are made, found, looked after and deleted here."""

    def __init__(self, home: Home):
        self.home = home
        self.store = RunStore(home.database)

    def folder(self, run: str) -> Path:
        return self.home.runs / run

    def create(self, recipe: "Recipe", *, name: str = "", owner: str = "", state: State = "queued") -> str:
        """Write a new run down, with a short id that nobody has yet."""
        facts = {
            "name": checked(name, "name", NAME_LIMIT) or f"{recipe.dataset} {recipe.backbone} {recipe.strategy.name}",
            "owner": owner,
            "recipe_hash": recipe.hash,
            "version": __version__,
            "dataset": recipe.dataset,
            "backbone": recipe.backbone,
            "strategy": recipe.strategy.name,
        }
        while True:
            run = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
            try:
                self.store.add(run, state=state, recipe=recipe.to_json(), created=time.time(), **facts)
            except sqlite3.IntegrityError:
                continue
            write_json(self.folder(run) / "recipe.json", recipe.to_json())
            return run

    def find(self, word: str) -> RunRow:
        """The run with this id, this beginning of an id, or this name; anything else is not found."""
        found = self._like(word)
        if not found:
            raise NotFound(f"The run {shown(word)} was not found; the command `runs` lists those there are.")
        if len(found) > 1 and found[0].id != word:
            raise NotFound(f"{shown(word)} may be any of {', '.join(row.id for row in found)}; give more of the id.")
        return self.seen(found[0])

    def _like(self, word: str) -> list[RunRow]:
        by_id = self.store.ids_like(word) if re.fullmatch(f"[{ALPHABET}]{{1,{ID_LENGTH}}}", word) else []
        exact = [row for row in by_id if row.id == word]
        return exact or (self.store.named(word) if _is_unicode(word) else []) or by_id

    def page(self, limit: int = -1, before: int | None = None, state: str | None = None) -> list[RunRow]:
        """Runs, newest first, as they truly are."""
        return [self.seen(row) for row in self.store.newest(limit, before, state)]

    def seen(self, row: RunRow) -> RunRow:
        """The row as it truly is: a run whose worker has died is lost; who sees it first writes that down."""
        if row.state not in HELD or liveness.is_held(self.folder(row.id)):
            return row
        if not self.store.move(row.id, "lost", LOST, only_from=row.state):
            return self.store.row(row.id) or row
        last = self.store.last_event(row.id)
        seconds = last["elapsed"] if last else 0.0
        self.store.enter(row.id, seconds=seconds, ended=time.time())
        sweep(self.folder(row.id))
        return replace(row, state="lost", reason=LOST, seconds=seconds)

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

    def delete(self, run: str) -> None:
        """Remove a run and all it left; one that a process works on stays."""
        row = self.find(run)
        if row.state in HELD:
            raise RecordError(f"The run {row.id} is {row.state}; stop it before you delete it.")
        self.store.delete(row.id)
        shutil.rmtree(self.folder(row.id), ignore_errors=True)

    def close(self) -> None:
        self.store.close()


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
