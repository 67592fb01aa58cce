"""Compare: whether one run is better than another, or only luckier."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Compare", "Whether one run is better than another, or only luckier."):
    pass
