"""On the serving machine: what a run needs is packed, under addresses that say what it holds.

It happens in a process of its own, which sees data and weights where whoever asked for the run sees them.
"""

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray

from core.data.building import building
from core.data.carried import address_of, pack
from core.data.finding import open_source
from core.data.fingerprints import fingerprint_of
from core.data.loaders import BUILT_IN
from core.errors import ExplorerError
from core.home import Home
from core.recipe import Recipe
from core.training.origins import CONFIG, WEIGHTS, folder_of, hash_of_file


@dataclass(frozen=True, kw_only=True)
class Luggage:
    """What a node has to have before it can train a run; empty where Thaw itself brings it."""

    dataset: str = ""
    weights: str = ""
    trouble: str = ""
    """Why it can't be had at all."""


def parcel(home: Home, address: str) -> Path:
    return home.cache / "parcels" / address


@ray.remote(num_cpus=0, max_retries=0, max_calls=1)
def pack_for(home: str, recipe: dict[str, Any]) -> Luggage:
    return packed(Recipe.parse(recipe), Home(Path(home)))


def packed(recipe: Recipe, home: Home) -> Luggage:
    """Pack what is not packed yet."""
    try:
        return Luggage(dataset=_dataset(recipe.dataset, home), weights=_weights(recipe.backbone, home))
    except ExplorerError as error:
        return Luggage(trouble=str(error))


def _dataset(name: str, home: Home) -> str:
    if name in BUILT_IN:
        return ""
    known = fingerprint_of(name, home) if not name.startswith("hf:") else None
    if known and parcel(home, address_of(name, known)).exists():
        return address_of(name, known)
    source = open_source(name, home)
    address = address_of(name, source.fingerprint)
    with building(parcel(home, address)) as draft:
        if draft is not None:
            pack(source, draft)
    return address


def _weights(backbone: str, home: Home) -> str:
    """The folder that a backbone begins from, if it is one; what timm publishes, a node fetches itself."""
    folder = folder_of(backbone, home)
    if folder is None:
        return ""
    files = [file for file in (folder / CONFIG, folder / WEIGHTS) if file.is_file()]
    hashes = "\0".join(hash_of_file(file, home.cache) for file in files)
    address = hashlib.blake2b(f"1\0{hashes}".encode(), digest_size=16).hexdigest()
    with building(parcel(home, address)) as draft:
        if draft is not None:
            for file in files:
                _copy(file.resolve(), draft / file.name)
    return address


def _copy(file: Path, target: Path) -> None:
    """A second name for the same bytes where the disk allows it: weights are replaced, never written over."""
    with suppress(OSError):
        os.link(file, target)
        return
    shutil.copyfile(file, target)
