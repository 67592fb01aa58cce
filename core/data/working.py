"""Many small jobs in a few threads, with a bar on stderr while somebody watches."""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WIDTH = 24
PATIENCE = 1.0
"""Seconds before a bar appears: what is quick needs none."""

AHEAD = 16
"""Jobs for each thread that wait or are done but not asked for: none has to idle, and they are few to keep."""


def in_threads(work: Callable[[Item], Result], items: Sequence[Item], title: str) -> Iterator[Result]:
    """The result for each item, in order; what has not begun is dropped when the caller stops listening."""
    threads = os.cpu_count() or 1
    pool = ThreadPoolExecutor(threads)
    try:
        yield from progress(_in_order(pool, work, items, AHEAD * threads), len(items), title)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item], ahead: int
) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    for item in items:
        if len(waiting) == ahead:
            yield waiting.popleft().result()
        waiting.append(pool.submit(work, item))
    while waiting:
        yield waiting.popleft().result()


def progress(items: Iterable[Item], total: int, title: str) -> Iterator[Item]:
    """The same items, counted on a terminal's stderr."""
    if not sys.stderr.isatty() or not total:
        yield from items
        return
    began = drawn = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - began > PATIENCE and now - drawn > 0.1:
            drawn = now
            _draw(title, done, total)
    if drawn != began:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _draw(title: str, done: int, total: int) -> None:
    filled = WIDTH * done // total
    sys.stderr.write(f"\r{title} [{'=' * filled}{' ' * (WIDTH - filled)}] {done:,} of {total:,}")
    sys.stderr.flush()
