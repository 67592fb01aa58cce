"""The keeper of the door: nothing of the server is reached by anybody who has not signed in."""

from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from door.people import Person
from door.provider import Provider
from door.referring import way_back
from door.room import Room
from door.ways import SIGN_IN, SIGN_OUT

Door = Room | Provider

OPEN = {"/_stcore/health", SIGN_IN, SIGN_OUT}
OF_PROVIDERS = {"/auth/login", "/auth/logout", "/oauth2callback"}
NO_PAGES = ("/_", "/media/", "/component", "/static/", "/app/static/", "/auth/")
"""What a page asks for, and nobody types: refused, where a page sends people to sign in."""

Owns = Callable[[Person, str], bool]
"""Whether what lies at an address was made for this person."""


class Keeper:
    """Stands before all of Streamlit's own routes; whatever it does not know to be open is closed."""

    def __init__(self, app: ASGIApp, door: Door, owns: Owns):
        self.app, self.door, self.owns = app, door, owns
        self.open = OPEN | (OF_PROVIDERS if isinstance(door, Provider) else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in self.open:
            return await self.app(scope, receive, send)
        connection = HTTPConnection(scope)
        person = self.door.person_of(connection.cookies)
        if person is not None and self.owns(person, scope["path"]):
            return await (way_back(connection) or self.app)(scope, receive, send)
        if scope["type"] == "websocket":
            await receive()
            return await send({"type": "websocket.close", "code": 1008})
        answer = PlainTextResponse("Not found.", 404) if person else _refusal(connection)
        return await answer(scope, receive, send)


def _refusal(asked: HTTPConnection) -> PlainTextResponse | RedirectResponse:
    path = asked.url.path
    if asked.scope["method"] not in ("GET", "HEAD") or path.startswith(NO_PAGES):
        return PlainTextResponse("Sign in first.", 401)
    wanted = path + (f"?{asked.url.query}" if asked.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?next={quote(wanted, safe='')}", 303, {"Cache-Control": "no-store"})
