"""A room with one passphrase: who knows it comes in, and is somebody of their own from then on."""

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from core.errors import ExplorerError
from door.people import NAME_LIMIT, Person, in_fours
from door.seal import Seal

COOKIE = "thaw_person"
LEAST_LETTERS = 8
STAYS = 30 * 24 * 3600.0
"""Seconds after which somebody has to sign in again."""


@dataclass(frozen=True)
class Room:
    """One of the two ways to sign in; the other is a provider (provider.py)."""

    name: str
    passphrase: str
    seal: Seal
    ended: set[str] = field(default_factory=set)
    """What was signed out of while it still held; other windows of the same browser may have it in their hands."""

    def __post_init__(self) -> None:
        if len(self.passphrase.strip()) < LEAST_LETTERS:
            raise ExplorerError(f"THAW_ROOM_PASSPHRASE is too short; take {LEAST_LETTERS} letters or more.")

    def is_right(self, passphrase: str) -> bool:
        """Compared in a time that tells nothing of how much of it was right."""
        return hmac.compare_digest(_digest(self.passphrase), _digest(passphrase))

    def person_of(self, cookies: Mapping[str, str]) -> Person | None:
        sealed = cookies.get(COOKIE, "")
        facts = None if sealed in self.ended else self.seal.open("person", sealed)
        return Person(facts["id"], facts["name"], facts["code"]) if facts else None

    def code_of(self, cookies: Mapping[str, str]) -> str:
        """What brings them back, as people write it down."""
        person = self.person_of(cookies)
        return in_fours(person.code) if person else ""

    def end(self, cookies: Mapping[str, str]) -> None:
        """From now on nobody comes in with these, even if somebody has kept them."""
        if self.person_of(cookies):
            self.ended.add(cookies[COOKIE])

    def cookie_of(self, person: Person) -> str:
        return self.seal.close("person", asdict(person), STAYS)


def _digest(passphrase: str) -> bytes:
    """However a keyboard composes its letters."""
    return hashlib.sha256(unicodedata.normalize("NFC", passphrase.strip()).encode("utf-8", "replace")).digest()


def called(name: str) -> str:
    """A name as it was typed, in one line of bounded length."""
    return " ".join(name.split())[:NAME_LIMIT].encode("utf-8", "replace").decode()
