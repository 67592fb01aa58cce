"""Signing in by a provider: the way there, and the page that was asked for kept until somebody is back."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from door import forms
from door.leaves import leaf, provider_link
from door.provider import Provider
from door.ways import onward

WANTED = "thaw_next"
MINUTES = 15


@dataclass
class Referral:
    """The sign-in by one provider; Streamlit's own routes do the talking."""

    provider: Provider

    async def show(self, asked: Request) -> Response:
        answer = leaf("Sign in", provider_link(self.provider.name, self.provider.way()))
        forms.keep(answer, asked, WANTED, onward(asked.query_params.get("next")), MINUTES * 60)
        return answer


def way_back(asked: HTTPConnection) -> Response | None:
    """On to the page that was asked for, for whoever comes back from the provider to the front page."""
    wanted = asked.cookies.get(WANTED)
    if wanted is None or asked.scope["type"] != "http" or asked.url.path != "/":
        return None
    answer = RedirectResponse(onward(wanted), 303)
    answer.delete_cookie(WANTED, path="/")
    return answer
