"""Sign-in by a provider of identities: a real server, a real exchange of tokens, no browser."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest

from door.provider import Provider
from tests.hosted.conftest import Host, Hosted, free_port
from tests.hosted.provider_of_test import Identities, identities

SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{port}/oauth2callback"
cookie_secret = "a secret of the tests, long enough to sign with"
client_id = "thaw"
client_secret = "another secret of the tests"
server_metadata_url = "{address}/.well-known/openid-configuration"
name = "the school"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Identities]:
    with identities() as server:
        yield server


@pytest.fixture(scope="module")
def server(host: Host, provider: Identities, tmp_path_factory: pytest.TempPathFactory) -> Hosted:
    folder, port = tmp_path_factory.mktemp("served_from"), free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(SECRETS.format(port=port, address=provider.address))
    return host(folder=folder, port=port)


def come_in(visitor: httpx.Client, page: str) -> list[str]:
    """Ask for a page, press the one button, follow wherever that leads; answers the way."""
    form = visitor.get(page, follow_redirects=True)
    link = re.search(r'<a class="button" href="([^"]*)">Sign in with the school</a>', form.text)
    assert link, form.text
    there = visitor.get(unescape(link[1]), follow_redirects=True)
    assert there.status_code == 200
    return [each.url.path for each in there.history] + [there.url.raw_path.decode()]


def test_the_provider_lets_in_and_one_is_where_one_wanted_to_be(server: Hosted, provider: Identities):
    provider.claims = {"sub": "ada-1", "name": "Ada"}
    with server.visitor() as ada:
        assert ada.get("/_stcore/host-config").status_code == 401
        way = come_in(ada, "/train?train_set_lr=0.1")
        assert way == ["/auth/login", "/authorize", "/oauth2callback", "/", "/train?train_set_lr=0.1"]
        assert ada.get("/_stcore/host-config").status_code == 200
        assert ada.get("/").status_code == 200, "only the first time is one led elsewhere"


def test_a_cookie_of_ones_own_making_opens_nothing(server: Hosted):
    with server.visitor() as nobody:
        for cookie in ('{"sub": "ada-1", "is_logged_in": true}', "x.y.z"):
            answer = nobody.get("/train", headers={"Cookie": f"_streamlit_user={cookie}"})
            assert answer.status_code == 303, cookie


def test_who_signs_out_has_to_come_in_again(server: Hosted, provider: Identities):
    provider.claims = {"sub": "ada-1", "name": "Ada"}
    with server.visitor() as ada:
        come_in(ada, "/")
        token = re.search(r'name="token" value="([^"]*)"', ada.get("/sign-out").text)
        assert token
        ada.post("/sign-out", data={"token": token[1]}, follow_redirects=True)
        assert ada.get("/train").status_code == 303


def test_an_account_is_one_person_and_a_name_is_not():
    def person(**claims: str) -> str | None:
        told = {"is_logged_in": True, "iss": "https://school.example", **claims}
        found = Provider("any", lambda cookies: told, str).person_of({})
        return found and found.id

    ada = person(sub="1", name="Ada", email="ada@school.example")
    assert ada == person(sub="1", name="Ada Lovelace")
    assert len({ada, person(sub="2", name="Ada"), person(sub="1", iss="https://elsewhere.example")}) == 3
    assert person(name="Ada", email="ada@school.example") is None
    assert Provider("any", lambda cookies: {"sub": "1", "is_logged_in": False}, str).person_of({}) is None


def test_a_provider_that_is_half_described_opens_no_server(tmp_path: Path, host: Host):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('[auth]\nclient_id = "thaw"\n')
    with pytest.raises(AssertionError, match="did not answer"):
        host(folder=tmp_path, THAW_ROOM_PASSPHRASE="even with a passphrase")
