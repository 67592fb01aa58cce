"""Which door this process has, if any: decided once, when the server begins, and asked by every page."""

import os
from collections.abc import Callable, Mapping

from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from core.errors import ExplorerError
from core.home import Home
from door.entering import Entrance
from door.keeper import Door, Keeper, Owns
from door.leaving import Exit
from door.provider import Provider
from door.referring import Referral
from door.room import Room
from door.seal import Seal
from door.ways import SIGN_IN, SIGN_OUT

HOSTED_BY = "THAW_HOSTED_BY"
"""A reload of modules while the server runs must not take the door out of its frame: the environment outlasts that."""
_of_this_process: dict[str, Door] = {}


def open_door(provider: Callable[[], Provider | None], environment: Mapping[str, str] = os.environ) -> Door:
    """The door as it is asked for: a provider's if there is one, else a room's; an error without either."""
    _of_this_process["door"] = provider() or _room(environment)
    os.environ[HOSTED_BY] = str(os.getpid())
    return _of_this_process["door"]


def door() -> Door | None:
    """None on a laptop, where nobody signs in."""
    opened = _of_this_process.get("door")
    if opened is None and os.environ.get(HOSTED_BY) == str(os.getpid()):
        raise RuntimeError("This server had a door, and this module was loaded anew without it; start the server anew.")
    return opened


def routes(door: Door) -> list[BaseRoute]:
    seal = Seal.of(Home.from_environment())
    if isinstance(door, Provider):
        ways, exit = [Route(SIGN_IN, Referral(door).show)], Exit(seal, beyond="/auth/logout")
    else:
        entrance, exit = Entrance(door), Exit(seal, door.code_of, door.end)
        ways = [Route(SIGN_IN, entrance.show), Route(SIGN_IN, entrance.enter, methods=["POST"])]
    return [*ways, Route(SIGN_OUT, exit.show), Route(SIGN_OUT, exit.leave, methods=["POST"])]


def keeper(door: Door, owns: Owns) -> Middleware:
    return Middleware(Keeper, door=door, owns=owns)


def _room(environment: Mapping[str, str]) -> Room:
    passphrase = environment.get("THAW_ROOM_PASSPHRASE")
    if not passphrase:
        raise ExplorerError(
            "Hosted mode needs a way to sign in; set THAW_ROOM_PASSPHRASE, or describe a provider as [auth] in "
            ".streamlit/secrets.toml."
        )
    name = environment.get("THAW_ROOM_NAME") or "This room"
    return Room(name, passphrase, Seal.of(Home.from_environment(environment)))
