"""What a request says about its own way is believed only behind a proxy of one's own."""

import pytest
from starlette.requests import HTTPConnection

from door.surroundings import address_of, is_encrypted


def asked(scheme: str = "http", **headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "scheme": scheme, "client": ("10.0.0.9", 5000), "headers": raw})


def test_without_a_proxy_nobody_can_claim_another_address_or_encryption(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("THAW_BEHIND_PROXY", raising=False)
    claimed = asked(x_forwarded_for="192.0.2.1", x_forwarded_proto="https")
    assert (address_of(claimed), is_encrypted(claimed)) == ("10.0.0.9", False)
    assert is_encrypted(asked("https")) and is_encrypted(asked("wss"))


def test_behind_a_proxy_its_own_word_counts_and_not_what_was_said_before_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_BEHIND_PROXY", "1")
    told = asked(x_forwarded_for="made up, 192.0.2.1", x_forwarded_proto="http, https")
    assert (address_of(told), is_encrypted(told)) == ("192.0.2.1", True)
    assert (address_of(asked()), is_encrypted(asked())) == ("10.0.0.9", False)
