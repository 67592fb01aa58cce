"""Answers that take their time: who asks goes on without, and finds the answer when asking again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock
from typing import Any

KEPT = 64
AT_ONCE = 32
"""Most of them only wait for the one process that has torch; what is quickly known must not wait behind them."""


class Answers:
    """The latest answers by what was asked; the same question is answered once, however many ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="answers")
        self._known: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def ask(self, question: Hashable, work: Callable[[], Any], patience: float) -> Any | None:
        """The answer if there is one within so many seconds, else None; what went wrong is raised, and asked anew."""
        future = self._asked(question, work)
        if not wait([future], patience).done:
            return None
        if future.exception():
            with self._lock:
                self._known.pop(question, None)
        return future.result()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _asked(self, question: Hashable, work: Callable[[], Any]) -> Future[Any]:
        with self._lock:
            if question not in self._known:
                self._known[question] = self._pool.submit(work)
            self._known.move_to_end(question)
            self._forget_the_oldest()
            return self._known[question]

    def _forget_the_oldest(self) -> None:
        while len(self._known) > KEPT:
            _, future = self._known.popitem(last=False)
            future.cancel()  # nobody asks for it any more
