"""A standalone script that trains a run's recipe again with plain timm and torch: what a student can hand in."""

import re
import textwrap
from collections.abc import Iterator

from core.export import script_network, script_pictures, script_steps, script_training
from core.export.script_passages import Passage
from core.export.script_study import Study, differences

IMPORTS = (
    ("import json", r"\bjson\."),
    ("import math", r"\bmath\."),
    ("import os", r"\bos\."),
    ("from functools import lru_cache", r"@lru_cache"),
    ("from pathlib import Path", r"\bPath\("),
    ("", ""),
    ("import numpy as np", r"\bnp\."),
    ("import timm", r"\btimm\."),
    ("import torch", r"\btorch\."),
    ("from PIL import {}", r""),
    ("from safetensors.torch import load_file, save_file", r"load_file\("),
    ("from torch import nn", r"(?<!torch\.)\bnn\."),
    ("from torch.nn import functional", r"\bfunctional\."),
)
PIL = ("Image", "ImageEnhance", "ImageOps")

SCRIPT_FOLDER = "Path(__file__).resolve().parent"
WIDTH = 118


def script(study: Study) -> str:
    """The whole file."""
    passages = passages_of(study, SCRIPT_FOLDER)
    pieces = [f'"""{opening(study)}"""', imports(passages), *map(_written, passages)]
    return "\n\n".join(pieces) + "\n"


def passages_of(study: Study, here: str) -> list[Passage]:
    """From the choices to the last figures; `here` is how the code finds the folder that it lies in."""
    return [
        script_pictures.choices(study),
        script_pictures.chance(),
        script_pictures.pictures(study, here),
        script_pictures.input_of_the_network(study),
        script_network.network(study),
        script_network.strategy(study),
        script_steps.rates(study),
        script_steps.losses(study),
        script_training.judging(study),
        script_training.training(study),
        script_training.ending(study),
    ]


def opening(study: Study) -> str:
    """What this is and what it needs, and what it does otherwise than Thaw did."""
    return "\n\n".join(textwrap.fill(each, WIDTH) for each in _paragraphs(study)) + "\n"


def _paragraphs(study: Study) -> Iterator[str]:
    recipe = study.recipe
    yield f"Train {study.network} on {_inert(recipe.dataset)}: strategy {recipe.strategy.name}."
    yield (
        f"Written by Thaw {study.thaw} from the run {study.run}; Thaw itself is not needed, only torch, timm, numpy, "
        "Pillow and safetensors. splits.json and start.safetensors belong beside it."
    )
    yield from differences(study)


def _inert(name: str) -> str:
    """A name that somebody typed, as it can stand in a docstring: it must neither end it nor escape from it."""
    return re.sub(r'[\\"]', "'", " ".join(name.split()))


def imports(passages: list[Passage]) -> str:
    """Those that the code uses."""
    code = "\n".join(each.code for each in passages)
    pictured = ", ".join(name for name in PIL if re.search(rf"\b{name}\.", code))
    return "\n".join(line.format(pictured) for line, used in IMPORTS if re.search(used, code))


def _written(passage: Passage) -> str:
    """A passage of the script: its words as a comment."""
    words = textwrap.fill(
        f"{passage.title}. {passage.prose}", WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False
    )
    lead = "\n" if passage.code.startswith(("def ", "@", "if ")) else ""
    return f"{words}\n{lead}{passage.code}\n"
