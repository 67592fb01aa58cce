"""What is asked of whoever has torch: a command's own process, or the assistant of a server that must stay without.

Plain values and bytes go in and come out, so that both give the same answers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.catalog.learners import LEARNERS
from core.data.miniatures import png_of
from core.errors import ExplorerError, TrainingError
from core.home import Home
from core.recipe import Recipe

if TYPE_CHECKING:
    from core.engines.predictor import Judge

Answer = dict[str, Any]


def answer(home: Home, question: str, given: Mapping[str, Any]) -> Answer:
    return QUESTIONS[question](home, **given)


def backbone(home: Home, name: str) -> Answer:
    """timm's name for a backbone that no card of ours knows; an error if timm does not know it either."""
    from core.training.model import blueprint_of

    return {"architecture": blueprint_of(name, home).name}


def preview(home: Home, recipe: Mapping[str, Any], sheet: bool) -> Answer:
    """What a recipe would do; its first batch as PNG, where asked for."""
    from core.data.sheet import contact_sheet
    from core.training.preview import preview

    seen = preview(Recipe.parse(recipe), home)
    return {**seen.to_json(), "sheet": png_of(contact_sheet(seen.pictures)) if sheet else None}


def estimate(home: Home, recipe: Mapping[str, Any], device: str) -> Answer:
    """How long a recipe would take, by a moment of the real work, if its learner can tell."""
    from core.engines.devices import choose

    chosen = Recipe.parse(recipe)
    module, _, function = LEARNERS.entry(chosen.learner.name).estimates.partition(":")
    if not function:
        raise TrainingError(f"How long {chosen.learner.name} takes nobody can tell beforehand; train it to find out.")
    return getattr(import_module(module), function)(chosen, home, choose(device)).to_json()


def predict(
    home: Home,
    best: str,
    pictures: Iterable[tuple[str, bytes | str]],
    device: str,
    size: int = 0,
    recipe: str | None = None,
) -> Answer:
    """A label for each picture (bytes, or a file); with a size, the picture itself as it was read.

    With the run's recipe, a note on each picture that is like nothing it has learned from.
    """
    from core.engines.devices import choose
    from core.engines.predictor import predict

    device = choose(device)
    named = ((name, _content(given)) for name, given in pictures)
    return predict(Path(best), named, device, size, _judge(home, best, recipe, device) if recipe else None)


def _judge(home: Home, best: str, recipe: str, device: str) -> "Judge | None":
    from core.engines.predictor import judge_of

    try:
        return judge_of(Path(best), recipe, home, device)
    except ExplorerError:
        return None  # its dataset is not here any more: it answers all the same


def why(home: Home, best: str, picture: tuple[str, bytes | str], classes: Sequence[str], device: str) -> Answer:
    """Where the network looked."""
    from core.engines.devices import choose
    from core.engines.explaining import explain

    name, given = picture
    return {"looks": explain(Path(best), name, _content(given), classes, choose(device))}


def rebuild(home: Home, best: str, pictures: Iterable[tuple[str, bytes | str]], device: str) -> Answer:
    """What an autoencoder draws of pictures."""
    from core.engines.devices import choose
    from core.engines.explaining import rebuild

    named = [(name, _content(given)) for name, given in pictures]
    return {"pairs": rebuild(Path(best), named, choose(device))}


def export(home: Home, run: Mapping[str, Any], to: str, how: Mapping[str, bool]) -> Answer:
    """A run as a folder to take away."""
    from core.engines.exporting import export

    return export(home, run, Path(to), **how)


def bundle(home: Home, run: Mapping[str, Any], how: Mapping[str, bool]) -> Answer:
    """The same as a ZIP archive."""
    from core.engines.exporting import bundled

    return bundled(home, run, **how)


def fitted(home: Home, best: str, recipe: Mapping[str, Any], device: str) -> Answer:
    """What a run's weights get right of its own training pictures."""
    from core.engines.devices import choose
    from core.engines.predictor import opened
    from core.training.fitting import fitted

    return dict(fitted(opened(Path(best), choose(device)), Recipe.parse(recipe), home))


def _content(given: bytes | str) -> bytes | Path:
    return Path(given) if isinstance(given, str) else given


QUESTIONS: dict[str, Callable[..., Answer]] = {
    "backbone": backbone,
    "preview": preview,
    "estimate": estimate,
    "predict": predict,
    "why": why,
    "rebuild": rebuild,
    "fitted": fitted,
    "export": export,
    "bundle": bundle,
}
