"""Which modules train and which rest: norms, dropout and stochastic depth behave differently in the two."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def set_modes(model: nn.Module, drift: bool) -> None:
    """Training mode for what learns, evaluation mode for what is frozen.

    A module without parameters goes with its parent. `drift` lets frozen BatchNorm follow the new pictures.
    """
    model.train()  # some transformers forget here what they keep for evaluation

    def visit(module: nn.Module, mode_of_parent: bool) -> None:
        parameters = list(module.parameters())
        mode = any(parameter.requires_grad for parameter in parameters) if parameters else mode_of_parent
        module.training = mode or (drift and isinstance(module, _BatchNorm))
        for child in module.children():
            visit(child, mode)

    visit(model, True)


@contextmanager
def at_rest(model: nn.Module) -> Iterator[None]:
    """Everything in evaluation mode for a while, then each module as it was."""
    modes = [(module, module.training) for module in model.modules()]
    particular = [module for module, _ in modes if type(module).train is not nn.Module.train]
    for module in particular:
        module.eval()
    _put((module, False) for module, _ in modes)
    try:
        yield
    finally:
        for module in particular:
            module.train()  # as above: what was kept must not outlive the weights that it was made from
        _put(modes)


def _put(modes: Iterable[tuple[nn.Module, bool]]) -> None:
    """Each module in its mode; after every epoch nearly all of them are in it already, and setting takes long."""
    for module, mode in modes:
        if module.training != mode:
            module.training = mode
