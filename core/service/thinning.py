"""Long curves in few points: the mean of each bucket, the first and the last point as they were."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def thinned(rows: Sequence[Row], most: int) -> list[dict[str, Any]]:
    """At most so many rows (two at least), in order; rows have the same shape."""
    if len(rows) <= max(2, most):
        return [dict(row) for row in rows]
    inner, buckets = len(rows) - 2, max(0, most - 2)
    borders = [1 + inner * place // buckets for place in range(buckets + 1)] if buckets else []
    middle = [mean_of(rows[low:high]) for low, high in zip(borders, borders[1:], strict=False)]
    return [dict(rows[0]), *middle, dict(rows[-1])]


def mean_of(values: Sequence[Any]) -> Any:
    """The mean of those numbers that are there; of rows and of lists, field by field; of words the last one."""
    first = values[0]
    if isinstance(first, dict):
        return {key: mean_of([each[key] for each in values if key in each]) for key in first}
    if isinstance(first, list) and all(isinstance(each, list) and len(each) == len(first) for each in values):
        return [mean_of(each) for each in zip(*values, strict=True)]
    if isinstance(first, str):
        return values[-1]
    try:
        return sum(values) / len(values)
    except TypeError:  # some are missing
        known = [each for each in values if each is not None]
        return sum(known) / len(known) if known else None
