"""Mistakes: what a run gets wrong, picture by picture."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Mistakes", "What a run gets wrong, picture by picture."):
    pass
