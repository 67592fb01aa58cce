"""Sign-in by a provider that knows everybody (OpenID Connect), as `[auth]` in Streamlit's secrets describes it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from door.people import Person
from door.room import called

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Provider:
    """One of the two ways to sign in; the other is a room with a passphrase (room.py)."""

    name: str
    told_by: Callable[[Mapping[str, str]], Told | None]
    """What the provider said about whoever sends these cookies, if it did and nobody has changed it."""
    way: Callable[[], str]
    """The address that leads to the provider."""

    def person_of(self, cookies: Mapping[str, str]) -> Person | None:
        """The same account is the same person, on every device; a name or an address of mail may change hands."""
        told = self.told_by(cookies)
        if not told or not told.get("is_logged_in") or not told.get("sub"):
            return None
        account = f"{told.get('iss', '')}\0{told['sub']}"
        name = told.get("name") or told.get("preferred_username") or told.get("email") or "nameless"
        return Person(hashlib.blake2b(account.encode(), digest_size=8).hexdigest(), called(str(name)))
