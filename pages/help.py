"""Help: the ideas, and every strategy as a picture."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Help", "The ideas, and every strategy as a picture."):
    pass
