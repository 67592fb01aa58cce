"""Whoever has not signed in: what they reach (nothing), what they are told, and where they are sent."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from core.home import Home
from door.people import Person, in_fours
from door.room import COOKIE, Room
from door.seal import Seal
from tests.hosted.conftest import PASSPHRASE, PROJECT, Host, Hosted, come_in

OPEN = {"/_stcore/health", "/sign-in", "/sign-out"}
PAGES = ("/", "/train", "/watch?watch_run=k3m9pq", "/pages/train.py", "/nowhere")


@cache
def routes() -> list[str]:
    """Every address that the hosted application knows, as its own router lists them."""
    script = "import json, hosted; print(json.dumps([each.path for each in hosted.app._build_starlette_app().routes]))"
    environment = {**os.environ, "THAW_ROOM_PASSPHRASE": PASSPHRASE}
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )
    return sorted(re.sub(r"{[^}]*}", "x", path) or "/" for path in set(json.loads(said.stdout.splitlines()[-1])))


def stream(server: Hosted, cookie: str = "") -> None:
    address = server.address.replace("http", "ws") + "/_stcore/stream"
    with connect(address, additional_headers={"Cookie": cookie} if cookie else {}, subprotocols=["streamlit"]):  # type: ignore[list-item]
        pass


def test_the_very_first_request_to_a_fresh_server_is_a_deep_link_and_runs_no_page(host: Host):
    server = host(THAW_ROOM_PASSPHRASE=PASSPHRASE)
    with server.visitor() as nobody:
        answer = nobody.get("/watch?watch_run=k3m9pq")
        assert (answer.status_code, answer.headers["location"]) == (
            303,
            "/sign-in?next=%2Fwatch%3Fwatch_run%3Dk3m9pq",
        )
    with pytest.raises(InvalidStatus, match="403"):
        stream(server)
    assert {each.name for each in server.home.iterdir()} == {"door.key"}


@pytest.mark.parametrize("cookie", ["nothing", "forged", "expired", "of another home", "for another purpose"])
def test_without_a_valid_sign_in_no_route_gives_anything_away(room: Hosted, cookie: str, tmp_path: Path):
    seal, elsewhere = Seal.of(Home(room.home)), Seal.of(Home(tmp_path))
    ada = {"id": "abc", "name": "Ada", "code": ""}
    jar = {
        "nothing": "",
        "forged": seal.close("person", ada, 99)[:-1] + "!",
        "expired": seal.close("person", ada, -1),
        "of another home": elsewhere.close("person", ada, 99),
        "for another purpose": seal.close("form", ada, 99),
    }[cookie]
    known = routes()
    assert {"/_stcore/stream", "/_stcore/upload_file/x/x", "/media/x"} <= set(known)
    with room.visitor() as nobody:
        headers = {"Cookie": f"{COOKIE}={jar}"} if jar else {}
        for path in {*known, *PAGES} - OPEN:
            for method in ("GET", "PUT", "POST", "DELETE"):
                answer = nobody.request(method, path, headers=headers)
                sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?")
                assert sent_away or (answer.status_code, answer.text) == (401, "Sign in first."), (method, path)
    with pytest.raises(InvalidStatus, match="403"):
        stream(room, f"{COOKIE}={jar}" if jar else "")


def test_what_opens_for_whoever_signed_in_is_what_was_closed_before(room: Hosted):
    with room.person("Ada") as ada:
        assert [ada.get(path).status_code for path in ("/", "/train", "/_stcore/host-config")] == [200] * 3
        stream(room, "; ".join(f"{name}={value}" for name, value in ada.cookies.items()))


@pytest.mark.parametrize(
    ("wanted", "then"),
    [
        ("/watch?watch_run=a", "/watch?watch_run=a"),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/sign-out", "/"),
    ],
)
def test_after_signing_in_one_is_where_one_wanted_to_be_and_never_elsewhere(room: Hosted, wanted: str, then: str):
    with room.visitor() as ada:
        assert come_in(ada, "Ada", next=wanted).headers["location"].replace("&amp;", "&") == then


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_is_never_the_one_that_came(room: Hosted):
    with room.visitor() as ada:
        planted = Seal.of(Home(room.home)).close("person", {"id": "planted", "name": "x", "code": ""}, 99)
        token = token_in(ada.get("/sign-in"))
        ada.cookies.set(COOKIE, planted)
        answer = ada.post("/sign-in", data={"token": token, "name": "Ada", "passphrase": PASSPHRASE})
        given = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(COOKIE))
        assert "HttpOnly" in given and "SameSite=lax" in given and planted not in given


def test_behind_a_proxy_with_encryption_the_cookie_is_secure(host: Host):
    server = host(THAW_ROOM_PASSPHRASE=PASSPHRASE, THAW_BEHIND_PROXY="1")
    with server.visitor() as ada:
        form = ada.get("/sign-in", headers={"X-Forwarded-Proto": "https"})
        assert "Secure" in form.headers["set-cookie"]
        assert "Secure" not in ada.get("/sign-in").headers["set-cookie"]


def test_a_form_that_this_server_did_not_give_out_is_refused(room: Hosted):
    with room.visitor() as ada, room.visitor() as other:
        token = token_in(other.get("/sign-in"))
        answer = ada.post("/sign-in", data={"token": token, "name": "Ada", "passphrase": PASSPHRASE})
        assert answer.status_code == 403 and COOKIE not in ada.cookies
        assert ada.post("/sign-in", content=b"x" * 20_000).status_code == 403


def test_a_name_of_markup_stays_text_and_two_of_one_name_are_two_people(room: Hosted):
    hostile = '"><img src="http://127.0.0.1:9/x">'
    with room.visitor() as ada:
        assert "<img" not in come_in(ada, hostile, passphrase="wrong").text
    seal = Seal.of(Home(room.home))
    with room.person("Ada") as one, room.person("Ada") as other:
        people = [person_in(room, seal, client.cookies[COOKIE]) for client in (one, other)]
    assert people[0].name == people[1].name and people[0].id != people[1].id


def test_a_code_brings_back_the_same_person_and_a_made_up_one_nobody(room: Hosted):
    seal = Seal.of(Home(room.home))
    with room.person("Ada") as ada:
        before = person_in(room, seal, ada.cookies[COOKIE])
    with room.person("Ada at home", code=f" {before.code[:4].upper()}-{before.code[4:]} ") as again:
        assert person_in(room, seal, again.cookies[COOKIE]) == Person(before.id, "Ada at home", before.code)
    with room.visitor() as other:
        made_up = before.code[:-1] + ("b" if before.code[-1] != "b" else "c")
        assert come_in(other, "Ada", code=made_up).status_code == 403


def test_who_is_in_already_is_not_made_somebody_new(room: Hosted):
    with room.person("Ada") as ada:
        assert ada.get("/sign-in?next=/train").headers["location"] == "/train"


def test_who_signs_out_is_out_everywhere_that_sign_in_was_used(room: Hosted):
    with room.person("Ada") as ada:
        kept = ada.cookies[COOKIE]
        form = ada.get("/sign-out")
        token, code = token_in(form), person_in(room, Seal.of(Home(room.home)), kept).code
        assert in_fours(code) in form.text, "the way back is told before it is too late"
        assert ada.post("/sign-out", data={"token": "another's"}).status_code == 200
        assert ada.get("/train").status_code == 200, "another site can't sign anybody out"
        assert ada.post("/sign-out", data={"token": token}).headers["location"] == "/sign-in"
        assert COOKIE not in ada.cookies
        assert ada.get("/train", headers={"Cookie": f"{COOKIE}={kept}"}).status_code == 303


@pytest.mark.parametrize(
    ("passphrase", "said"), [(None, "Hosted mode needs a way to sign in"), ("1234567", "take 8 letters or more")]
)
def test_a_server_without_a_lock_does_not_open(tmp_path: Path, passphrase: str | None, said: str):
    environment = {**os.environ, "THAW_HOME": str(tmp_path)}
    environment |= {"THAW_ROOM_PASSPHRASE": passphrase} if passphrase else {}
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "hosted.py", "--server.headless=true"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if said in line]) == 1


def test_the_key_is_readable_by_its_owner_alone(room: Hosted):
    assert (room.home / "door.key").stat().st_mode & 0o777 == 0o600


def token_in(form: httpx.Response) -> str:
    token = re.search(r'name="token" value="([^"]*)"', form.text)
    assert token, form.text
    return token[1]


def person_in(server: Hosted, seal: Seal, cookie: str) -> Person:
    person = Room("any", PASSPHRASE, seal).person_of({COOKIE: cookie})
    assert person is not None
    return person
