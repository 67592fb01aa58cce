"""Pictures of one's own in a real browser: an archive becomes a dataset, the dataset a run, the run answers."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, expect

from tests.browser.journeys import (
    PATIENCE,
    bars_of,
    expect_what_the_terminal_says,
    give_files,
    press,
    run_of,
    table_of,
    told_in_the_terminal,
    write,
)
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

HOSTILE = "![](fetched.png)"
"""No archive can name a class with a slash: what would be fetched lies beside the page."""
COVERS_ARE_MADE = 4000
"""Milliseconds, on a machine that has nothing else to do."""
CLASSES = {"round": "ellipse", "square": "rectangle", HOSTILE: "line"}
OF_EACH = 8
BROKEN = b"\xff\xd8\xff\xe0 and then nothing that is a picture"


def drawn(shape: str, number: int) -> bytes:
    picture = Image.new("RGB", (32, 32), (250, 250, 250 - number))
    getattr(ImageDraw.Draw(picture), shape)((4 + number % 3, 5, 24 + number % 5, 26), fill=(10 * number, 60, 120))
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def archive() -> FilePayload:
    """Three classes, and two files that are no pictures."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for label, shape in CLASSES.items():
            for number in range(OF_EACH):
                files.writestr(f"shapes/{label}/{number}.png", drawn(shape, number))
        files.writestr("shapes/round/broken.jpg", BROKEN)
        files.writestr("shapes/round/notes.txt", "drawn on a Tuesday")
    return {"name": "shapes.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}


def asked() -> list[FilePayload]:
    whole = [(f"{shape}.png", drawn(shape, 9)) for shape in CLASSES.values()]
    return [
        {"name": name, "mimeType": "image/png", "buffer": content} for name, content in [*whole, ("torn.png", BROKEN)]
    ]


def import_it(window: Visit, address: str) -> None:
    window.open(f"{address}/datasets")
    press(window, "Import pictures")
    give_files(window, "Archive", [archive()])
    expect(window.page.get_by_role("textbox", name="Name of the dataset")).to_have_value("shapes", timeout=PATIENCE)
    press(window, "Import")


def expect_the_report(window: Visit) -> None:
    report = "shapes: 24 pictures of 3 classes were imported; left out: 2 files."
    expect(window.page.get_by_text(report)).to_be_visible(timeout=PATIENCE)
    window.page.get_by_text("What was left out, and why: 2").click()
    left_out = table_of(window, "datasets_report_shapes")
    assert {file for file, _ in left_out} == {"round/broken.jpg", "round/notes.txt"}
    assert all(reason for _, reason in left_out)


def train_on_it(window: Visit) -> None:
    press(window, "Train on it")
    write(window, "Epochs", "2")
    press(window, "Start")
    press(window, "See its mistakes")


def expect_answers(window: Visit, address: str, run: str) -> None:
    """For each whole picture all three classes; for the broken one the reason."""
    window.open(f"{address}/predict?predict_run={run}")
    give_files(window, "Pictures of your own", asked())
    for place in range(len(CLASSES)):
        assert set(bars_of(window, place)) == set(CLASSES)
    expect(window.page.get_by_test_id("stAlert").filter(has_text="torn.png")).to_be_visible()


def test_the_dialog_stays_open_while_the_page_below_has_more_to_show(serve: Callable, visit: Callable, busy_home: Path):
    address, window = serve(busy_home), visit()
    window.open(f"{address}/datasets")
    expect(window.page.get_by_text("Its pictures are being looked through.").first).to_be_visible()
    press(window, "Import pictures")
    dialog = window.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    window.page.wait_for_timeout(COVERS_ARE_MADE)
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(window.page.get_by_role("img", name="Nine pictures of digits")).to_be_visible(timeout=PATIENCE)


def test_an_archive_becomes_a_dataset_a_run_and_answers(serve: Callable, visit: Callable, busy_home: Path):
    address, window = serve(busy_home), visit()
    import_it(window, address)
    expect_the_report(window)
    train_on_it(window)

    run = run_of(window, "mistakes")
    told = told_in_the_terminal(busy_home, run)
    assert (told["dataset"], set(told["classes"]), told["planned_epochs"]) == ("shapes", set(CLASSES), 2)
    expect_what_the_terminal_says(window, told)

    expect_answers(window, address, run)
    assert [url for url in window.asked if "fetched" in url] == []
    assert (window.errors, window.asked_elsewhere(address)) == ([], [])
