"""The model card of an exported run: what it is, how well it does and how surely, what it cannot do, how to load it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.catalog.backbones import BACKBONES
from core.catalog.datasets import DATASETS
from core.export.onnx_parity import ALLOWED, CLEAR, Parity

Facts = Mapping[str, Any]

MARKS = re.compile(r"([\\`*_{}\[\]<>#!|~$&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)
SMALL_CLASS = 30
"""Test pictures under which a class's figures say little."""


def plain(text: object) -> str:
    """A name that somebody typed, as Markdown shows it: no picture, no link, no HTML, one line."""
    return MARKS.sub(r"\\\1", " ".join(str(text).split()))


def card(run: Facts, notes: Sequence[str], parity: Parity | None, files: Sequence[str]) -> str:
    """The whole README.md; `run` is everything that is known of a run."""
    sections = [
        f"# {plain(run['name'] or run['run'])}",
        _what(run),
        "## Load it\n\n" + _loading(run),
        "## What is in this folder\n\n" + "\n".join(f"- `{file}`: {FILES[file]}" for file in files if file in FILES),
        "## How well it does\n\n" + _figures(run),
        "## Limits\n\n" + _listed(_limits(run)),
        *(["## The ONNX file\n\n" + _listed(_parity(parity))] if parity else []),
        *(["## Worth knowing\n\n" + _listed(map(plain, notes))] if notes else []),
        "## Licences\n\n" + _listed(_licences(run)),
        "## To do it again\n\n" + _again(run),
    ]
    return "\n\n".join(sections) + "\n"


FILES = {
    "config.json": "the architecture, as timm reads it",
    "model.safetensors": "the weights of the best epoch",
    "thaw.json": "the recipe and the preparation, as Thaw reads them",
    "labels.json": "the classes, in the order of the answers",
    "preprocessing.json": "what becomes of a picture before the network",
    "model.onnx": "the same network for ONNX Runtime; it answers with probabilities",
    "train.py": "trains the same recipe again with plain timm and torch",
    "train.ipynb": "the same as a notebook",
    "splits.json": "which pictures were learned from, chosen by and tested with",
    "start.safetensors": "the weights that training began with",
    "pictures": "the pictures that splits.json names",
    "reconstructions.png": "pictures, and what the autoencoder made of them",
}


def _what(run: Facts) -> str:
    recipe, pictures = run["recipe"], run["pictures"]
    counted = ", ".join(f"{count:,} to {PURPOSES.get(split, split)}" for split, count in pictures.items())
    learner = learner_of(run)
    how = f"with the strategy {plain(run['strategy'])}" if learner == "network" else f"by the learner {learner}"
    begins = "pretrained weights" if recipe["pretrained"] else "random weights"
    return (
        f"An image classifier for {len(run['classes'])} classes: {plain(recipe['backbone'])}, trained by Thaw on "
        f"{plain(recipe['dataset'])} ({counted} with), from {begins}, {how}."
    )


PURPOSES = {"train": "learn", "val": "choose the best epoch", "test": "test"}


def learner_of(run: Facts) -> str:
    learner = run["recipe"]["learner"]
    return learner if isinstance(learner, str) else learner["name"]


def _loading(run: Facts) -> str:
    if learner_of(run) != "network":
        return "Thaw itself opens it: put this folder where a run's `best` stands, and ask `thaw predict`."
    code = (
        "```python\nimport timm\n"
        'model = timm.create_model("local-dir:FOLDER", pretrained=True).eval()  # FOLDER: where this file lies\n'
        "transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model))\n```"
    )
    if not isinstance(run["recipe"]["pooling"], str):
        return "Its pooling into a grid is unknown to timm: train.py shows how the network is made."
    return f"{code}\n\n`transform` is timm's; preprocessing.json tells what Thaw did, step by step."


def _figures(run: Facts) -> str:
    split = next((each for each in ("test", "val") if run.get(each)), None)
    if split is None:
        return "It was never judged."
    score = run[split]
    low, high = score["interval"]
    head = (
        f"On {score['n']:,} pictures of the {split} split {score['right']:,} were right: {score['accuracy']:.1%} "
        f"(95% interval {low:.1%} to {high:.1%}); macro-F1 {score['macro_f1']:.3f}"
        f" ({score['macro_f1_interval'][0]:.3f} to {score['macro_f1_interval'][1]:.3f}); calibration error "
        f"{score['ece']:.3f}."
    )
    rows = ["| class | pictures | recall | precision | F1 |", "|---|---:|---:|---:|---:|"]
    rows += [
        f"| {plain(each['label'])} | {each['support']:,} | {_share(each, 'recall')} | {_share(each, 'precision')} "
        f"| {each['f1']:.3f} |"
        for each in score["classes"]
    ]
    return head + "\n\n" + "\n".join(rows)


def _share(row: Facts, figure: str) -> str:
    interval = row[f"{figure}_interval"]
    return f"{row[figure]:.1%} ({interval[0]:.1%} to {interval[1]:.1%})" if interval else "none to judge by"


def _limits(run: Facts) -> Iterator[str]:
    score = run.get("test") or run.get("val")
    yield "It names one of its classes for every picture, also for one that shows none of them."
    yield "Its figures hold for pictures like those it was tested with: other cameras, places or times may do worse."
    if score:
        few = [each for each in score["classes"] if each["support"] < SMALL_CLASS]
        names = ", ".join(plain(each["label"]) for each in few[:8]) + (", ..." if len(few) > 8 else "")
        if len(few) == len(score["classes"]):
            yield f"Every class was judged by fewer than {SMALL_CLASS} pictures: see the intervals."
        elif few:
            yield f"Fewer than {SMALL_CLASS} pictures judged these of its classes ({names}): see their intervals."
    if not run.get("test"):
        yield "There is no test split: the pictures it was judged by also chose the best epoch, which flatters it."


def _parity(parity: Parity) -> Iterator[str]:
    takes = "pictures as they are" if parity.with_preprocessing else "prepared pictures"
    yield (
        f"It takes {takes}. Asked about {parity.pictures} real pictures of the {parity.split} split, its probabilities "
        f"differ from the network's own by at most {parity.largest:.1e}; {parity.agree} of {parity.pictures} name the "
        f"same class, {parity.agree_where_clear} of the {parity.clear} whose two likeliest classes lie apart by more "
        f"than {CLEAR:g}."
    )
    if parity.levels_mean is not None:
        yield (
            "Resizing is inside, written after Pillow's, whose whole numbers it cannot follow to the last digit: "
            f"resized pixels differ by {parity.levels_mean:.4f} of 255 levels on average, by "
            f"{parity.levels_largest:.0f} at most."
        )
    elif parity.largest >= ALLOWED:
        yield f"That is more than the {ALLOWED:g} that rounding explains: compare before you rely on it."


def _licences(run: Facts) -> Iterator[str]:
    known = (run.get("environment") or {}).get("licences", {})
    data, backbone = DATASETS.get(run["recipe"]["dataset"]), BACKBONES.get(run["recipe"]["backbone"])
    terms = f" {plain(data.terms)}" if data else ""
    yield f"Data: {plain(data.licence if data else known.get('data', 'unknown'))}.{terms}"
    yield (
        f"Weights that training began with: {plain(known.get('weights', 'unknown'))}"
        f"{f' ({plain(backbone.title)})' if backbone else ''}."
        if run["recipe"]["pretrained"]
        else "The weights began at random: no earlier licence binds them."
    )
    yield "Who hands this on answers for both; unknown means that nobody wrote it down."


def _again(run: Facts) -> str:
    versions = (run.get("environment") or {}).get("versions", {})
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    recipe = json.dumps(run["recipe"], indent=2, ensure_ascii=False)
    fence = "`" * max(3, 1 + max((len(each) for each in re.findall(r"`+", recipe)), default=0))
    thaw = (run.get("environment") or {}).get("thaw", "")
    return f"Thaw {thaw}; {told}.\n\n{fence}json\n{recipe}\n{fence}"


def _listed(sentences: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(f"- {each}" for each in sentences)
