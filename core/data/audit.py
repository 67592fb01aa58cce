"""What is odd about a dataset before anything is trained on it: files, doubles, leaks, balance, sizes and colours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.data.findings import Finding, balance, brightness, doubles, files, near_doubles, shapes
from core.data.likeness import Look, look_at
from core.data.source import Source, SplitName
from core.data.suspicion import suspicious
from core.data.working import in_threads

Colour = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found in a dataset, worst first, and the colours of its training split."""

    dataset: str
    splits: dict[str, int]
    classes: dict[str, int]
    mean: Colour
    std: Colour
    """Per channel over the training split's pixels, from 0 to 1."""
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        said = asdict(self)
        return {**said, "findings": [{**asdict(each), "files": list(each.files)} for each in self.findings]}


def audit(source: Source, splits: Mapping[SplitName, np.ndarray]) -> Audit:
    """Look at every picture once, and say what is odd."""
    looks = list(in_threads(lambda index: look_at(source.read(index)), range(len(source)), "Looking"))
    split_of = np.full(len(source), "", dtype=object)
    for name, indices in splits.items():
        split_of[indices] = name
    mean, std = colours(looks, splits["train"])
    findings = [
        *files(source),
        *doubles(source, looks, split_of),
        *near_doubles(source, looks, split_of),
        *suspicious(source, looks),
        *balance(source, splits),
        *shapes(source),
        *brightness(source, looks),
        Finding("colours", "info", _colour_sentence(mean, std)),
    ]
    order = ("error", "warning", "info")
    counts = np.bincount(source.labels, minlength=len(source.classes)).tolist()
    return Audit(
        dataset=source.name,
        splits={name: len(indices) for name, indices in splits.items()},
        classes=dict(zip(source.classes, counts, strict=True)),
        mean=mean,
        std=std,
        findings=tuple(sorted(findings, key=lambda each: order.index(each.severity))),
    )


def colours(looks: Sequence[Look], indices: Iterable[int]) -> tuple[Colour, Colour]:
    """Mean and spread of each channel over these pictures, each counting alike."""
    chosen = [looks[index] for index in indices]
    mean = np.array([look.mean for look in chosen]).mean(axis=0)
    std = np.sqrt(np.maximum(np.array([look.square for look in chosen]).mean(axis=0) - mean**2, 0))
    return _three(mean), _three(std)


def _three(values: np.ndarray) -> Colour:
    red, green, blue = map(float, values)
    return red, green, blue


def _colour_sentence(mean: Sequence[float], std: Sequence[float]) -> str:
    numbers = [" ".join(f"{value:.3f}" for value in values) for values in (mean, std)]
    return f"The training pictures have the mean {numbers[0]} and the spread {numbers[1]} (red, green, blue, 0 to 1)."
