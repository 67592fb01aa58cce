"""Datasets of the Hugging Face hub, named `hf:owner/name`; an optional part, because it brings a package of its own."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from core.data.decoding import decode
from core.data.layout import ALIASES
from core.data.source import Source
from core.errors import DataError, MissingExtra

PREFIX = "hf:"
NAME = re.compile(r"hf:[\w.-]+/[\w.-]+")


def hub_source(name: str) -> Source:
    """Every split of a hub dataset that has one column of pictures and one of classes."""
    if not NAME.fullmatch(name):
        raise DataError(f"{name} is not the name of a hub dataset; write it as hf:owner/name.")
    try:
        import datasets  # type: ignore[import-not-found]
    except ImportError:
        raise MissingExtra(f"The dataset {name}", "hf") from None
    try:
        loaded = datasets.load_dataset(name.removeprefix(PREFIX))
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        cause = " ".join(str(error).split())[:120]
        raise DataError(
            f"{name} could not be fetched from the hub ({cause}); check the name and the network."
        ) from None
    return _source(name, loaded, datasets)


def _source(name: str, loaded: Mapping[str, Any], datasets: Any) -> Source:
    features = next(iter(loaded.values())).features
    pictures, classes = _column(name, features, datasets.Image), _column(name, features, datasets.ClassLabel)
    # Undecoded, so that the same safe decoder reads these pictures as all others.
    tables = {split: table.cast_column(pictures, datasets.Image(decode=False)) for split, table in loaded.items()}
    named = {split: np.asarray(table[classes], np.int64) for split, table in loaded.items()}
    # Some splits hide their labels as -1: nothing can be learned from those, nor measured on them.
    where = [(split, int(row)) for split, labels in named.items() for row in np.flatnonzero(labels >= 0)]

    def read(index: int) -> Image.Image:
        split, row = where[index]
        return decode(tables[split][row][pictures]["bytes"], f"{split}/{row:05d}").image

    digest = hashlib.blake2b(repr([(split, table._fingerprint) for split, table in loaded.items()]).encode())
    return Source(
        name=name,
        classes=tuple(features[classes].names),
        labels=np.concatenate([labels[labels >= 0] for labels in named.values()]),
        files=[f"{split}/{row:05d}" for split, row in where],
        given=[ALIASES.get(split, "") for split, _ in where],
        read=read,
        fingerprint=digest.hexdigest()[:32],
    )


def _column(name: str, features: Mapping[str, Any], kind: type) -> str:
    found = [column for column, feature in features.items() if isinstance(feature, kind)]
    if len(found) != 1:
        raise DataError(f"{name} has {len(found)} columns of the kind {kind.__name__}; exactly one is needed.")
    return found[0]
