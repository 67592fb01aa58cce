"""Datasets: what there is to learn from: shipped, found and imported pictures."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Datasets", "What there is to learn from: shipped, found and imported pictures."):
    pass
