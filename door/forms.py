"""Forms that only this server can have given out: each browser has a ticket of its own, and a form names it, sealed."""

import secrets
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from door.seal import Seal
from door.surroundings import is_encrypted

TICKET = "thaw_form"
MOST_BYTES = 10_000


def ticket_of(asked: HTTPConnection) -> str:
    """What this browser has been given already, or something new: several forms may be open at a time."""
    given = asked.cookies.get(TICKET, "")
    return given if len(given) == 32 and given.isalnum() and given.isascii() else secrets.token_hex(16)


def give(answer: Response, asked: HTTPConnection, ticket: str) -> None:
    keep(answer, asked, TICKET, ticket, None)


def token_for(seal: Seal, ticket: str) -> str:
    return seal.mark("form", ticket)


def is_ours(seal: Seal, asked: HTTPConnection, token: str) -> bool:
    return seal.fits("form", asked.cookies.get(TICKET, "-"), token)


def keep(answer: Response, asked: HTTPConnection, name: str, value: str, seconds: float | None) -> None:
    """Give a cookie that no script reads, no other site sends along, and nobody on the way where that is encrypted."""
    whole = None if seconds is None else int(seconds)
    secure = is_encrypted(asked)
    answer.set_cookie(name, value, max_age=whole, httponly=True, samesite="lax", secure=secure, path="/")


async def filled_in(asked: Request) -> dict[str, str]:
    """What stands in the fields; nothing where that is longer than anybody types."""
    content = b""
    async for piece in asked.stream():
        content += piece
        if len(content) > MOST_BYTES:
            return {}
    fields = parse_qs(content.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0] for name, values in fields.items()}
