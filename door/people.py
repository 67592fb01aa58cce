"""Who came in: an identity drawn at random, the name it goes by, and the code to come back with from another device."""

import secrets
from dataclasses import dataclass

from door.seal import Seal

LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
"""No look-alikes and no vowels, as in the ids of runs."""
DRAWN, MARKED, ID_LENGTH = 12, 8, 12
NAME_LIMIT = 60


@dataclass(frozen=True)
class Person:
    """One person. Two may have the same name; the id tells them apart."""

    id: str
    name: str
    code: str = ""
    """What brings them back as themselves; empty where a provider knows them."""


NOBODY = Person("", "")
"""Whoever sits at their own laptop: everything is theirs."""


def newcomer(seal: Seal, name: str) -> Person:
    drawn = "".join(secrets.choice(LETTERS) for _ in range(DRAWN))
    return _of(seal, drawn + seal.mark("code", drawn, MARKED), name)


def returning(seal: Seal, code: str, name: str) -> Person | None:
    """Whoever this code was given to; None for one that was given to nobody."""
    code = "".join(code.lower().replace("-", " ").split())
    drawn, mark = code[:DRAWN], code[DRAWN:]
    if not seal.fits("code", drawn, mark, MARKED):
        return None
    return _of(seal, code, name)


def _of(seal: Seal, code: str, name: str) -> Person:
    return Person(seal.mark("person", code, ID_LENGTH), name, code)


def in_fours(code: str) -> str:
    """A code as people write it down."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
