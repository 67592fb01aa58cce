"""A replay in a real browser: its members' progress, the table that grows, and the report to take away."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from core.home import Home
from tests.browser.journeys import PATIENCE
from tests.browser.visits import Visit
from tests.engine_of_test import engine
from tests.export.reading import Read
from tests.typed import typed_in_a_shell

__all__ = ["engine"]

pytestmark = pytest.mark.browser

SMALL = {"backbone": "thaw_plain", "pretrained": False, "examples_per_class": 3, "epochs": 2}
CARD = {
    "name": "own",
    "title": "Digits: frozen or fitted",
    "source": "A blackboard.",
    "recipe": {"dataset": "digits", **SMALL},
    "members": [
        {"name": "head only", "recipe": {"strategy": "head"}},
        {"name": "fitted", "recipe": {"learner": "logistic"}},
    ],
    "claims": [
        {"kind": "figure", "member": "head only", "value": 0.9, "n": 180, "decimals": 2},
        {"kind": "order", "winner": "fitted", "loser": "head only", "by": 0.05},
    ],
}


def begun(home: Path, folder: Path) -> None:
    (folder / "card.json").write_text(json.dumps(CARD))
    said = typed_in_a_shell("replay", "--card", str(folder / "card.json"), "--no-wait", THAW_HOME=str(home))
    assert said.code == 0, said.err


def rows_of(window: Visit, told: str) -> Locator:
    return window.page.get_by_role("table", name=told).locator("tbody tr")


@pytest.mark.parametrize("width", [1280, 375])
def test_members_are_followed_to_the_end_and_the_report_tells_every_claim(
    engine: Home, serve: Callable, visit: Callable, tmp_path: Path, width: int
):
    address, window = serve(engine.folder, THAW_TICK="0.5"), visit(width=width)
    window.open(address)  # a server that starts only now may show the end alone
    begun(engine.folder, tmp_path)
    window.open(f"{address}/replays?replays_card=own%3A+own")
    members = rows_of(window, "What is trained, and how far it is")
    expect(members).to_have_count(2, timeout=PATIENCE)
    expect(window.page.get_by_text("The quick form: 2 done")).to_be_visible(timeout=PATIENCE)
    expect(members).to_contain_text([re.compile(f"{name}.*1 of 1", re.DOTALL) for name in ("head only", "fitted")])
    claims = rows_of(window, "Each claim beside what came of it")
    expect(claims).to_contain_text(["quick form"] * len(CARD["claims"]))
    expect(claims).to_contain_text([re.compile(r"\d\.\d")] * len(CARD["claims"]))
    assert not window.overflows()
    expect_the_report(window)
    assert window.errors == []


def expect_the_report(window: Visit) -> None:
    window.page.get_by_text("A report to hand in").click()
    read = Read(window.download("Download the report"))
    for words in (CARD["title"], CARD["source"], "Each claim beside its outcome", "No claim was judged."):
        assert words in read.text
