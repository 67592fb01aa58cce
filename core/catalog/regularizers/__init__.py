"""What keeps a network from learning its training pictures by heart."""

from core.catalog.regularizers.hooks import REGULARIZERS, Regularizer, State, Trainee

# The order of registering is the order of the hooks: an average is taken last, of weights that are finished.
# isort: off
from core.catalog.regularizers import penalties, noise, steps
# isort: on

__all__ = ["REGULARIZERS", "Regularizer", "State", "Trainee", "noise", "penalties", "steps"]
