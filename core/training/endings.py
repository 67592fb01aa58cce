"""How a run ends, and by what its epochs are compared: rules that need to know nothing of who learns."""

from typing import Literal, NamedTuple

from core.events import Wish
from core.recipe import EarlyStopping
from core.training.state import Position
from core.training.team import VERDICTS, Verdict


class Ending(NamedTuple):
    """How a run ends, and why."""

    state: Literal["done", "stopped", "diverged", "paused"]
    reason: str


STOPPED = Ending("stopped", "Stopped on request.")


def out_of_time(limit: float | None) -> Ending:
    return Ending("done", f"The time limit of {limit:g} s was reached.")


def went_astray(position: Position) -> Ending:
    where = f"epoch {position.epoch + 1}, step {position.step}"
    return Ending("diverged", f"The loss left all bounds in {where}; a lower learning rate may help.")


def paused(position: Position) -> Ending:
    if position.batch == 0:
        return Ending("paused", f"Paused before the first step of epoch {position.epoch + 1}.")
    return Ending("paused", f"Paused in epoch {position.epoch + 1}, after step {position.step}.")


def patience_ended(stopping: EarlyStopping | None, waited: int) -> Ending | None:
    if stopping is None or waited < stopping.patience:
        return None
    return Ending("done", f"Validation {stopping.on} has not improved for {waited} epochs.")


def verdict_on(wish: Wish, late: bool, hopeless: bool) -> Verdict:
    """The gravest of what a member's owner, its clock and its losses say."""
    said: list[Verdict] = [wish]
    if late:
        said.append("late")
    if hopeless:
        said.append("diverged")
    return max(said, key=VERDICTS.index)


def rank_of(stopping: EarlyStopping | None, loss: float, accuracy: float, ready: bool = True) -> list[float]:
    """What an epoch is compared by, smaller is better: whether it can be the best at all, then what early stopping
    watches, else accuracy, then loss."""
    return [float(not ready), *([loss, -accuracy] if stopping and stopping.on == "loss" else [-accuracy, loss])]
