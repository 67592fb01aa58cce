"""What Thaw has signed itself and nobody can change: facts as a short text, readable by all, made by one home alone."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.home import Home

KEY = "door.key"
KEY_BYTES = 32
FULL = 52
"""Letters of a whole signature."""


@dataclass(frozen=True)
class Seal:
    """Signs with one secret; a text that was signed for one purpose is worth nothing for another."""

    secret: bytes

    @classmethod
    def of(cls, home: Home) -> "Seal":
        """The home's own, made at first need and readable by its owner alone."""
        place = home.folder / KEY
        if not place.exists():
            _make_key(place)
        return cls(bytes.fromhex(place.read_text()))

    def mark(self, purpose: str, text: str, letters: int = FULL) -> str:
        """A signature, in letters and digits that anybody can type."""
        digest = hmac.digest(self.secret, f"{purpose}\0{text}".encode(), hashlib.sha256)
        return base64.b32encode(digest).decode().lower()[:letters]

    def fits(self, purpose: str, text: str, mark: str, letters: int = FULL) -> bool:
        return hmac.compare_digest(self.mark(purpose, text, letters).encode(), mark.encode())

    def close(self, purpose: str, facts: dict[str, Any], seconds: float) -> str:
        """Facts that hold for so long."""
        told = json.dumps({**facts, "until": time.time() + seconds}, separators=(",", ":"))
        text = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
        return f"{text}.{self.mark(purpose, text)}"

    def open(self, purpose: str, sealed: str) -> dict[str, Any] | None:
        """The facts; None where somebody else wrote them, for something else, or too long ago."""
        text, _, mark = sealed.partition(".")
        if not sealed.isascii() or not self.fits(purpose, text, mark):
            return None
        facts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return facts if facts["until"] > time.time() else None


def _make_key(place: Path) -> None:
    """Several servers may begin at once: the first key that stands is everybody's."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{KEY}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    with suppress(FileExistsError):
        os.link(draft, place)
    draft.unlink()
