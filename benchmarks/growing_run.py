"""One run in a process of its own: its seconds and its memory, as JSON; `benchmarks.growth` starts one for each size.

The seconds are those of the whole run in an empty home, opening and decoding included, loading torch excluded. The
memory is what the process has for itself (RssAnon of Linux, asked fifty times a second, at its fullest): pages of files
that are mapped, such as the pixels and the features that runs share, belong to the system, which takes them back.
"""

import json
import sys
import threading
import time
from pathlib import Path

from core.events import Finished
from core.home import Home
from core.recipe import Recipe
from core.training.loop import train


class Watch(threading.Thread):
    """Looks at the memory of its own process until it is asked."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self._over = 0, threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            self.most = max(self.most, own_memory())

    def asked(self) -> int:
        self._over.set()
        self.join()
        return self.most


def own_memory() -> int:
    """Bytes that no file stands behind."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("RssAnon")).split()[1])


def main(home: Path, recipe: Recipe) -> None:
    watch, began = Watch(), time.perf_counter()
    watch.start()
    for event in train(recipe, "cpu", home=Home(home)):
        if isinstance(event, Finished):
            assert event.state == "done", event.reason
    print(json.dumps({"seconds": time.perf_counter() - began, "memory": watch.asked()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Recipe.from_text(sys.argv[2]))
