"""Signing in to a room: the form, the wait after wrong passphrases, the cookie that says who somebody is."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from door import forms
from door.leaves import leaf, room_form
from door.patience import Patience
from door.people import newcomer, returning
from door.room import COOKIE, STAYS, Room, called
from door.surroundings import address_of
from door.ways import onward

STALE = "This form has grown old; try again."
CROWDED = "Many are trying at once; try again in a few seconds."
WRONG = "That is not the passphrase of this room."
NAMELESS = "Give a name that others may see."
NO_CODE = "Nobody here was given that code; check it, or leave it out."


@dataclass
class Entrance:
    """The sign-in of one room."""

    room: Room
    patience: Patience = field(default_factory=Patience)

    async def show(self, asked: Request) -> Response:
        if self.room.person_of(asked.cookies):  # signing in once more would make them somebody new
            return RedirectResponse(onward(asked.query_params.get("next")), 303)
        return self._form(asked, asked.query_params.get("next"))

    async def enter(self, asked: Request) -> Response:
        given = await forms.filled_in(asked)
        if not forms.is_ours(self.room.seal, asked, given.get("token", "")):
            return self._form(asked, given.get("next"), STALE, 403)
        address = address_of(asked)
        with self.patience.place_for(address) as there_is_room:
            if not there_is_room:
                return self._form(asked, given.get("next"), CROWDED, 429, given.get("name", ""))
            await self.patience.wait(address)
            return self._answer(asked, given, address)

    def _answer(self, asked: Request, given: dict[str, str], address: str) -> Response:
        name, seal = called(given.get("name", "")), self.room.seal
        if not self.room.is_right(given.get("passphrase", "")):
            self.patience.was_wrong(address)
            return self._form(asked, given.get("next"), WRONG, 403, name)
        code = given.get("code", "").strip()
        # Whatever cookie came along is forgotten: it may have been planted.
        person = returning(seal, code, name) if code else newcomer(seal, name)
        if person is None:
            self.patience.was_wrong(address)
        if person is None or not name:
            return self._form(asked, given.get("next"), NO_CODE if name else NAMELESS, 403, name)
        answer = RedirectResponse(onward(given.get("next")), 303)
        forms.keep(answer, asked, COOKIE, self.room.cookie_of(person), STAYS)
        return answer

    def _form(self, asked: Request, wanted: str | None, wrong: str = "", status: int = 200, name: str = "") -> Response:
        ticket = forms.ticket_of(asked)
        token = forms.token_for(self.room.seal, ticket)
        answer = leaf("Sign in", room_form(self.room.name, token, onward(wanted), name, wrong), status)
        forms.give(answer, asked, ticket)
        return answer
