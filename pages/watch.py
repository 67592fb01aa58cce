"""Watch: a run while it learns, and what it has become."""

from pages.shared.frame import page
from pages.shared.gate import enter

enter()


with page("Watch", "A run while it learns, and what it has become."):
    pass
