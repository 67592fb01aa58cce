"""A finished run to look at."""

from tests.finished_run import home_of_first, trained

__all__ = ["home_of_first", "trained"]
