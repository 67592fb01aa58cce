"""How long the first lesson takes: from the opened page to the confusion matrix of a run of one's own.

    python -m benchmarks.first_visit

A fresh home, a fresh server and a real browser, which presses what the page offers and types nothing. The server has
started before the clock does; torch has not been loaded by anybody. Figures as JSON, with the load of the whole
machine; the exit code is 1 over two minutes.
"""

import json
import os
import shutil
import sys
import time
from contextlib import closing

from playwright.sync_api import sync_playwright

from benchmarks.passing_home import passing_home
from tests.browser.journeys import first_run
from tests.browser.visits import QUIET, Visit, served

MOST_SECONDS = 120.0


def main() -> int:
    with passing_home() as bench, served(bench.home.folder) as server, sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        with closing(playwright.chromium.launch(executable_path=program, args=list(QUIET))) as browser:
            window = Visit(browser.new_page(viewport={"width": 1280, "height": 900}))
            began = time.monotonic()
            clicks, _ = first_run(window, server.address)
            seconds = time.monotonic() - began
        learned = bench.runs(1)[0]
    print(json.dumps(told(clicks, seconds, learned["seconds"]), indent=2))
    return int(seconds > MOST_SECONDS)


def told(clicks: int, seconds: float, at_work: float) -> dict[str, float | None]:
    return {
        "clicks": clicks,
        "seconds_to_the_matrix": round(seconds, 1),
        "of_which_the_run": round(at_work, 1),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    sys.exit(main())
