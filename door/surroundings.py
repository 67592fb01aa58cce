"""What lies between a visitor and this server: whether the way is encrypted, and from which address they come."""

import os

from starlette.requests import HTTPConnection


def _behind_proxy() -> bool:
    """Only then is it believed what a request says about its own way: anybody can write it."""
    return os.environ.get("THAW_BEHIND_PROXY") == "1"


def is_encrypted(asked: HTTPConnection) -> bool:
    said = asked.headers.get("x-forwarded-proto", "") if _behind_proxy() else ""
    return (said or asked.scope["scheme"]).split(",")[-1].strip() in ("https", "wss")


def address_of(asked: HTTPConnection) -> str:
    """The last address on the way: the one that our own proxy has seen."""
    said = asked.headers.get("x-forwarded-for", "") if _behind_proxy() else ""
    return said.split(",")[-1].strip() or (asked.client.host if asked.client else "")
