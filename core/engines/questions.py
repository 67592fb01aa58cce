"""What is asked of whoever has torch: a command's own process, or the assistant of a server that must stay without.

Plain values and bytes go in and come out, so that both give the same answers.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from core.home import Home
from core.recipe import Recipe

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
    if not sheet:
        return {**seen.to_json(), "sheet": None}
    drawn = io.BytesIO()
    contact_sheet(seen.pictures).save(drawn, "PNG")
    return {**seen.to_json(), "sheet": drawn.getvalue()}


def predict(home: Home, run: str, pictures: Iterable[tuple[str, bytes | str]], device: str) -> Answer:
    """A label for each picture: for bytes, or for a file."""
    from core.engines.devices import choose
    from core.engines.predictor import predict

    named = ((name, Path(content) if isinstance(content, str) else content) for name, content in pictures)
    return predict(home.runs / run / "best", named, choose(device))


QUESTIONS: dict[str, Callable[..., Answer]] = {"backbone": backbone, "preview": preview, "predict": predict}
