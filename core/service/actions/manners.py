"""Several methods may be one action in several manners: at once or in the background, in full or at a glance.

What can be done on a page can be done in the terminal, and the other way round, though not always in the same manner:
a page never trains in its own process, and a terminal has no use for a thumbnail. So a method says which action it is
a manner of, and a test holds pages and terminal to the same actions.
"""

from collections.abc import Callable
from typing import TypeVar

Method = TypeVar("Method", bound=Callable[..., object])


def manner_of(action: str) -> Callable[[Method], Method]:
    """The method does what the method `action` does, in another manner."""

    def say(method: Method) -> Method:
        method.__dict__["manner_of"] = action
        return method

    return say


def action_of(method: Callable[..., object]) -> str:
    return method.__dict__.get("manner_of", method.__name__)
