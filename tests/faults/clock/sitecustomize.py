"""A clock on the wall that can be set: the file THAW_TEST_CLOCK says by how many seconds it is wrong."""

import os
import time
from pathlib import Path

WRONG_BY = Path(os.environ["THAW_TEST_CLOCK"])
true_time = time.time


def wrong_time() -> float:
    return true_time() + float(WRONG_BY.read_text())


time.time = wrong_time
