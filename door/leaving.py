"""Signing out, on a press of a button: no link of another site can do it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from door import forms
from door.leaves import leaf, sign_out_form
from door.room import COOKIE
from door.seal import Seal
from door.ways import SIGN_IN


@dataclass
class Exit:
    """The way out; of a provider's too, if `beyond` names it."""

    seal: Seal
    code_of: Callable[[Mapping[str, str]], str] = lambda cookies: ""
    end: Callable[[Mapping[str, str]], None] = lambda cookies: None
    beyond: str = SIGN_IN

    async def show(self, asked: Request) -> Response:
        ticket = forms.ticket_of(asked)
        answer = leaf("Sign out", sign_out_form(forms.token_for(self.seal, ticket), self.code_of(asked.cookies)))
        forms.give(answer, asked, ticket)
        return answer

    async def leave(self, asked: Request) -> Response:
        given = await forms.filled_in(asked)
        if not forms.is_ours(self.seal, asked, given.get("token", "")):
            return await self.show(asked)
        self.end(asked.cookies)
        answer = RedirectResponse(self.beyond, 303)
        for cookie in (COOKIE, forms.TICKET):
            answer.delete_cookie(cookie, path="/")
        return answer
