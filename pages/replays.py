"""Replays: published experiments: the claim beside the outcome."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Replays", "Published experiments: the claim beside the outcome."):
    pass
