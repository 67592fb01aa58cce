"""Which files a network begins from, and their hashes: asked before anything is trained, so torch is not needed."""

import hashlib
from pathlib import Path

from core.catalog.learners import LEARNERS
from core.data.remembering import Memory
from core.errors import NotFound
from core.home import Home, hub_cache, weights_folders
from core.recipe import Recipe

WEIGHTS = "model.safetensors"
CONFIG = "config.json"

Origin = dict[str, str]
"""A hash per file, and the hub's name for what came from there. Empty: nothing but the recipe decides."""


def folder_of(backbone: str, home: Home) -> Path | None:
    """The folder that holds a backbone: a finished run's best weights, or one below the weights folders."""
    if backbone.startswith("run:"):
        run = backbone.removeprefix("run:")
        folder = home.folder_of(run) / "best"
        if folder.parent.name != run or not (folder / CONFIG).is_file():
            raise NotFound(f"{backbone}: there is no such run with finished weights here.")
        return folder
    found = (parent / backbone for parent in weights_folders())
    return next((folder for folder in found if (folder / CONFIG).is_file()), None)


def origin_of(recipe: Recipe, home: Home, published: str | None = None) -> Origin | None:
    """What the recipe's network begins from; None where that would have to be fetched first.

    `published` is the hub's name of the weights that timm means, which only timm knows.
    """
    if not LEARNERS.entry(recipe.learner.name).takes_backbone:
        return {}
    folder = folder_of(recipe.backbone, home)
    if folder is None and not recipe.pretrained:
        return {}
    files = [folder / CONFIG] if folder else []
    if recipe.pretrained:
        files.append(folder / WEIGHTS if folder else _in_hub_cache(published or "") / WEIGHTS)
    if not all(file.is_file() for file in files):
        return None
    source = {"hub": published} if published and not folder else {}
    return {**source, **{file.name: hash_of_file(file, home.cache) for file in files}}


def hash_of_file(file: Path, cache: Path) -> str:
    """Its SHA-256, worked out once: large files take a moment."""
    memory = Memory.of(cache, "sha256", file)
    return memory.recall() or memory.keep(_sha256(file))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _in_hub_cache(published: str) -> Path:
    """The folder of what the hub last called `main`; there need not be one."""
    model = hub_cache() / f"models--{published.replace('/', '--')}"
    try:
        return model / "snapshots" / (model / "refs" / "main").read_text().strip()
    except OSError:
        return model
