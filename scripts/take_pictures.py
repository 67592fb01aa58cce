"""Take pictures of the whole application: every page by theme and width, the special states once, and one sheet of all.

    python -m scripts.take_pictures                 # all of them, into docs/images/all (which git ignores)
    python -m scripts.take_pictures --only watch    # those whose names speak of it
    python -m scripts.take_pictures --keep          # also replace the few that the README shows

It trains what it shows: some small runs in a home of its own, one that goes on learning, one that failed, and one whose
record was changed so that a frozen stage seems to have moved. Only datasets that come with Thaw are in the pictures.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, sync_playwright

from scripts.shown_home import shown_home
from tests.browser.visits import IDLE, QUIET, served

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PAGES = ("", "train", "watch", "mistakes", "compare", "predict", "datasets", "replays", "help")
WIDTHS = {"laptop": (1280, 860), "phone": (375, 812)}
SCHEMES = ("light", "dark")
COLUMNS, THUMB = 8, 240
MOST_FOLDS = 20
KEPT = (
    "home-laptop-light",
    "train-laptop-light",
    "watch-laptop-dark",
    "mistakes-laptop-light",
    "compare-laptop-dark",
    "predict-laptop-light",
    "datasets-laptop-light",
    "watch-phone-dark",
)
"""What the README shows."""


@dataclass(frozen=True)
class Shot:
    """One picture: where it is taken, and what is done before."""

    name: str
    path: str
    home: str = "full"
    size: tuple[int, int] = WIDTHS["laptop"]
    scheme: str = "light"
    act: Callable[[Page], None] = lambda page: None


def every_shot(runs: dict[str, str]) -> Iterator[Shot]:
    """Each page by theme and width; then what only some homes and some runs show."""
    for page in PAGES:
        for width, size in WIDTHS.items():
            for scheme in SCHEMES:
                yield Shot(f"{page or 'home'}-{width}-{scheme}", _at(page, runs), size=size, scheme=scheme)
    for page in ("", "watch", "mistakes", "compare", "predict"):
        yield Shot(f"{page or 'home'}-empty", f"/{page}", home="empty")
    for state in ("running", "queued", "failed", "alarm"):
        yield Shot(f"watch-{state}", f"/watch?watch_run={runs[state]}")
    yield Shot("watch-open", f"/watch?watch_run={runs['thawing']}", act=open_folds)
    yield Shot("mistakes-open", f"/mistakes?mistakes_run={runs['thawing']}", act=open_folds)
    yield Shot("train-open", "/train", act=open_folds)
    yield Shot("compare-open", _at("compare", runs), act=open_folds)


def _at(page: str, runs: dict[str, str]) -> str:
    """A page's address; those about runs are opened at one."""
    if page == "compare":
        return "/compare?" + "&".join(f"compare_runs={runs[name]}" for name in ("tuned", "head", "scratch"))
    return f"/{page}?{page}_run={runs['thawing']}" if page in ("watch", "mistakes", "predict") else f"/{page}"


def open_folds(page: Page) -> None:
    """One after the other: what is opened may bring further ones."""
    closed = page.locator('[data-testid="stExpander"] details:not([open]) > summary')
    for _ in range(MOST_FOLDS):
        if not closed.count():
            return
        closed.first.click()
        settled(page)


def settled(page: Page) -> None:
    """Streamlit rests, what it loads lazily has been drawn, and no answer is on its way any more."""
    page.wait_for_selector(IDLE, timeout=120_000)
    page.wait_for_function("!document.body.innerText.includes(' …')", timeout=120_000)
    page.wait_for_timeout(1500)
    page.wait_for_selector(IDLE, timeout=120_000)


def take(browser: Browser, address: str, shot: Shot, into: Path) -> Path:
    """One picture of the whole page, however long it is."""
    width, height = shot.size
    window = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = window.new_page()
    page.goto(address + shot.path)
    settled(page)
    shot.act(page)
    tall = page.evaluate("(document.querySelector('[data-testid=stMain]') ?? document.body).scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, int(tall) + 20), 6000)})
    settled(page)
    place = into / f"{shot.name}.png"
    page.screenshot(path=place)
    window.close()
    return place


def contact_sheet(pictures: list[Path], place: Path) -> None:
    """All of them, small, each with its name."""
    cell = (THUMB, THUMB + 40)
    rows = -(-len(pictures) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * cell[0], rows * cell[1]), "#808890")
    pen = ImageDraw.Draw(sheet)
    for number, file in enumerate(pictures):
        left, top = (number % COLUMNS) * cell[0], (number // COLUMNS) * cell[1]
        with Image.open(file) as picture:
            small = picture.convert("RGB")
            small.thumbnail((THUMB - 8, THUMB))
        sheet.paste(small, (left + 4, top + 20))
        pen.text((left + 4, top + 4), file.stem, fill="white")
    sheet.save(place, quality=85)


def keep(pictures: list[Path]) -> None:
    """The README's: their upper part, in few colours, so that they weigh little."""
    for file in pictures:
        if file.stem in KEPT:
            with Image.open(file) as picture:
                upper = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, 1000)))
            upper.quantize(128).save(IMAGES / file.name, optimize=True)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a part of the names")
    parser.add_argument("--into", type=Path, default=IMAGES / "all")
    parser.add_argument("--home", type=Path, help="a folder in which the runs are made once and kept")
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = asked.home or Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        runs = stack.enter_context(shown_home(folder / "full"))
        servers = {
            "full": stack.enter_context(served(folder / "full", THAW_TICK="0", THAW_DATA="")).address,
            "empty": stack.enter_context(
                served(folder / "empty", THAW_TICK="0", THAW_SAMPLE="0", THAW_DATA="")
            ).address,
        }
        browser = stack.enter_context(opened_browser())
        taken = []
        for shot in every_shot(runs):
            if asked.only in shot.name:
                taken.append(take(browser, servers[shot.home], shot, asked.into))
                sys.stdout.write(f"{shot.name}\n")
                sys.stdout.flush()
    contact_sheet(taken, asked.into / "contact_sheet.jpg")
    if asked.keep:
        keep(taken)


if __name__ == "__main__":
    main()
