"""One optimizer step: gradients of the objective, in pieces where the memory is small, and what they came to."""

import math
from collections.abc import Iterator, Sequence
from functools import partial

import torch

from core.catalog.optimizers import SCHEDULES
from core.catalog.regularizers import Regularizer, State
from core.data.batches import MIX, STEP, draw
from core.errors import TrainingError
from core.recipe import Recipe
from core.training.chance import draw_from
from core.training.feeding import Fed, Feeder
from core.training.memory import computed, free, not_even_one, ran_out
from core.training.merging import Tally, merge
from core.training.model import Net
from core.training.objective import Objective
from core.training.optimizer import make_optimizer, set_rates
from core.training.state import Position
from core.training.team import Team
from core.training.unread import Unread

HOPELESS = 20.0
"""A cross-entropy so many times that of a uniform guess has diverged."""

MEMORY_OF_LOSS = 0.8
"""How much of the running mean is kept at each step."""

GRADIENT_SAMPLES = 8
"""Steps per epoch at which gradient norms are taken."""


class Stepper:
    """Takes steps; the position says where, and counts what they came to."""

    def __init__(
        self,
        recipe: Recipe,
        net: Net,
        feeder: Feeder,
        objective: Objective,
        regularizers: Sequence[Regularizer],
        team: Team,
        steps_per_epoch: int,
    ):
        self.recipe, self.net, self.feeder, self.objective, self.team = recipe, net, feeder, objective, team
        self.regularizers, self.steps_per_epoch = regularizers, steps_per_epoch
        self.schedule = SCHEDULES.build(recipe.schedule)
        self.optimizer = make_optimizer(recipe, net, regularizers)
        self.states: list[State] = [each.begin(net) for each in regularizers]
        self.notices = feeder.notices
        self.loss: float | None = None
        self._parameters = dict(net.model.named_parameters())
        self._unread: Unread[Tally] = Unread(feeder.device)
        together = min(recipe.pictures_per_step, len(feeder.lesson.splits["train"]))
        self._most = math.ceil(together / team.size)

    def learn(self, fed: Fed, position: Position) -> float:
        """One step on one batch; returns its rate."""
        lr = self.set_rates(position, position.batch)
        while not (tally := self._tried(fed, position)):
            pass
        merge(self.team, self.net.model, tally)
        self._unread.add(tally)
        self.read_losses(position)
        for regularizer in self.regularizers:
            regularizer.after_backward(self.net)
        self._sample_gradients(position)
        if not self.hopeless(position):
            with position.timed("optimizer"):
                self._step()
        position.batch += 1
        position.step += 1
        return lr

    def set_rates(self, position: Position, batch: int) -> float:
        """Every part's rate at one batch of this epoch; returns the rate that the scales apply to."""
        through = position.epoch + batch / self.steps_per_epoch
        lr = self.recipe.lr * self.schedule.at(through, self.recipe.epochs, position.val_losses)
        set_rates(self.optimizer, self.net, lr)
        return lr

    def hopeless(self, position: Position) -> bool:
        """Whether the loss is not finite, or far worse than guessing."""
        return position.recent_loss is not None and is_hopeless(position.recent_loss, len(self.net.classes))

    def read_losses(self, position: Position, at_once: bool = False) -> None:
        """Bring figures over from the device, where they are due."""
        self.loss = None
        for tally in self._unread.due(at_once):
            losses = {name: float(value) for name, value in tally.losses.items()}
            self._count(losses, float(tally.right), tally.pictures, position)

    def _step(self) -> None:
        self.optimizer.step()
        for regularizer, state in zip(self.regularizers, self.states, strict=True):
            regularizer.after_step(self.net, state)

    def _tried(self, fed: Fed, position: Position) -> Tally | None:
        """Take the gradient of one batch; None if the memory was too small for it and the pieces are smaller now."""
        seed = draw(STEP, self.recipe.seed, position.epoch, position.batch, self.team.rank).integers(2**62)
        draw_from(int(seed), self.feeder.device)
        try:
            return computed(partial(self._take_gradients, fed, position))
        except (RuntimeError, ValueError, MemoryError) as error:
            self._make_smaller(error, len(fed.indices), position)
        free(self.feeder.device)
        return None

    def _take_gradients(self, fed: Fed, position: Position) -> Tally:
        self.optimizer.zero_grad(set_to_none=True)
        chance = draw(MIX, self.recipe.seed, position.epoch, position.batch)
        inputs, targets = self.objective.targets(self.feeder.tensor(fed), fed.indices, chance)
        mass = self.objective.mass(targets)
        totals, right = {"cross_entropy": torch.zeros_like(mass)}, torch.zeros_like(mass)
        for piece, wanted in self._pieces(inputs, targets, position.pieces):
            with position.timed("forward"):
                logits = self.feeder.logits(piece, fed.are_features)
                loss = self.objective.cross_entropy(logits, wanted, mass)
            with position.timed("backward"):
                loss.backward()
            totals["cross_entropy"] += loss.detach()
            right += (logits.argmax(1) == wanted.argmax(1)).sum()
        for name, penalty in self.objective.penalties():
            penalty.backward()
            totals[name] = penalty.detach()
        return Tally(totals, right, mass, learned=len(fed.indices), pictures=fed.of)

    def _pieces(self, inputs: torch.Tensor, targets: torch.Tensor, pieces: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """As even as can be: BatchNorm cannot learn from one left over. Of an empty share there are none."""
        if len(inputs):
            pieces = self._pieces_of(pieces, len(inputs))
            yield from zip(inputs.tensor_split(pieces), targets.tensor_split(pieces), strict=True)

    def _pieces_of(self, pieces: int, pictures: int) -> int:
        """How many pieces a batch takes where whole ones take so many: the last of an epoch may be smaller."""
        return 1 if pieces == 1 else math.ceil(pictures / math.ceil(self._most / pieces))

    def _count(self, totals: dict[str, float], right: float, pictures: int, position: Position) -> None:
        position.count(totals, right, pictures)
        self.loss, entropy = sum(totals.values()), totals["cross_entropy"]
        position.recent_loss = recent(position.recent_loss, self.loss, entropy)

    def _make_smaller(self, error: Exception, pictures: int, position: Position) -> None:
        """Answer running out of memory with smaller pieces; anything else is raised again."""
        too_few = "Expected more than 1 value per channel" in str(error)
        if too_few and position.pieces == 1:
            raise TrainingError(
                "BatchNorm cannot learn from one picture at a time here; choose a batch_size of at least 2."
            ) from None
        if not too_few and not ran_out(error):
            raise error
        if too_few or self._pieces_of(position.pieces, pictures) >= pictures:
            raise not_even_one() from None
        position.pieces = min(2 * position.pieces, self._most)
        size = math.ceil(self._most / position.pieces)
        message = f"Out of memory: each batch of {self._most} is now computed {size} at a time, for the same gradient."
        self.notices.append(("memory", message))

    def _sample_gradients(self, position: Position) -> None:
        if position.batch % max(1, self.steps_per_epoch // GRADIENT_SAMPLES):
            return
        position.add("gradient samples", 1)
        for stage in self.net.stages:
            found = [grad for name in stage.parameters if (grad := self._parameters[name].grad) is not None]
            if found:  # one figure to wait for, however many tensors
                position.add(f"gradient {stage.name}", float(torch.nn.utils.get_total_norm(found)))


def recent(before: float | None, loss: float, entropy: float) -> float:
    """The running mean of the cross-entropy, as long as the loss is a number."""
    if not math.isfinite(loss):
        return math.inf
    return entropy if before is None else MEMORY_OF_LOSS * before + (1 - MEMORY_OF_LOSS) * entropy


def is_hopeless(entropy: float, classes: int) -> bool:
    """Whether it is no number, or far worse than guessing."""
    return not entropy <= HOPELESS * math.log(max(2, classes))
