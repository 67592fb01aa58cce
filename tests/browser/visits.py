"""A real server, and a window of a real browser that remembers what went wrong and what it asked for."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, TimeoutError

from benchmarks.serving import PROJECT, serving

__all__ = ["IDLE", "PROJECT", "QUIET", "Server", "Visit", "served"]

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
CLICKS = 4
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@dataclass(frozen=True)
class Server:
    address: str
    pid: int


@contextmanager
def served(home: Path, entry: str = "streamlit_app.py", **environment: str) -> Iterator[Server]:
    """A server over a home, on a free port of this machine; it ends with the block."""
    about = {**os.environ, "THAW_HOME": str(home), **environment}
    with serving(about, script=PROJECT / entry, folder=PROJECT) as (address, process):
        yield Server(f"http://{address}", process.pid)


class Visit:
    """One page of a browser that keeps what went wrong and which addresses were asked for."""

    def __init__(self, page: Page):
        self.page, self.errors, self.asked = page, [], []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_selector(IDLE, timeout=60_000)

    def download(self, button: str, holding: str = "") -> str:
        """The text that a button gives, with what was written last in it.

        A page that is drawn anew just then has given the button another file: the click asks for the one before, which
        is gone or has not heard of the last word, and whoever sees that clicks again. By the Enter key: a fold that
        grows may move the button away between a mouse's press and its release, quicker than any hand.
        """
        wanted = self.page.get_by_role("button", name=button, exact=True).first
        for _ in range(CLICKS):
            wanted.wait_for(timeout=30_000)
            self.settle()
            try:
                with self.page.expect_download(timeout=30_000) as coming:
                    wanted.press("Enter", timeout=30_000)
            except TimeoutError:
                continue
            text = coming.value.path().read_text(encoding="utf-8-sig")
            if holding in text:
                return text
        raise AssertionError(f"{CLICKS} clicks on {button!r} gave nothing that holds {holding!r}")

    def asked_elsewhere(self, address: str) -> list[str]:
        own = (address, address.replace("http", "ws"), "data:", "blob:")
        return [url for url in self.asked if not url.startswith(own)]

    def overflows(self) -> bool:
        """Whether the page, or the part of it that scrolls in itself, is wider than the screen."""
        parts = "document.querySelectorAll(':root, [data-testid=stMain]')"
        return self.page.evaluate(f"[...{parts}].some(part => part.scrollWidth > part.clientWidth + 1)")
