"""Answers that cost a look at thousands of files, and may be a few seconds old."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

MOST_KEPT = 256


class Lately:
    """The latest answers by what was asked; what nobody knows is asked anew each time."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._lock = Lock()
        self._known: OrderedDict[Hashable, tuple[float, str]] = OrderedDict()

    def ask(self, question: Hashable, look: Callable[[], str | None]) -> str | None:
        then, known = self._known.get(question, (0.0, None))
        if known is not None and time.monotonic() - then < self.seconds:
            return known
        answer = look()
        with self._lock:
            self._known.pop(question, None)
            if answer is not None:
                self._known[question] = (time.monotonic(), answer)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return answer
