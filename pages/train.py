"""Train: choose what learns, from what, and how; see it before it runs."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Train", "Choose what learns, from what, and how; see it before it runs."):
    pass
