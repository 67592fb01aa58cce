"""Tables, curves and matrices in text."""

import math
from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

from core.terminal.cells import width
from core.terminal.screen import inert

BLOCKS = "▁▂▃▄▅▆▇█"
PLAIN_BLOCKS = "_,-~=+*#"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], right: str = "") -> list[str]:
    """Columns under their heads; `right` holds an `r` per column that is flush right (`"..r"`)."""
    cells = [[inert("" if cell is None else cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(heads, *cells, strict=True)]
    flush = [right[place : place + 1] == "r" for place in range(len(heads))]
    return [
        "  ".join(
            _padded(cell, room, at_right) for cell, room, at_right in zip(row, widths, flush, strict=True)
        ).rstrip()
        for row in [list(heads), *cells]
    ]


def table_or_blocks(heads: Sequence[str], rows: Sequence[Sequence[object]], room: int) -> list[str]:
    """A table where there is room for it; else a block for each row, its other cells by name below the first."""
    lines = table(heads, rows)
    if max(map(width, lines)) <= room:
        return lines
    return [line for row in rows for line in _block(heads, row, room)]


def _block(heads: Sequence[str], row: Sequence[object], room: int) -> Iterator[str]:
    first, *others = (inert("" if cell is None else cell) for cell in row)
    yield from wrap(first, room)
    for head, cell in zip(heads[1:], others, strict=True):
        yield from wrap(f"{head}: {cell}", room, initial_indent="  ", subsequent_indent="    ") if cell else ()


def _padded(text: str, room: int, at_right: bool) -> str:
    space = " " * (room - width(text))
    return space + text if at_right else text + space


def sparkline(values: Sequence[float | None], drawn: bool = True, width: int = 60) -> str:
    """A curve in one line; longer ones are thinned, gaps stay gaps."""
    if len(values) > width:
        values = [values[place * (len(values) - 1) // (width - 1)] for place in range(width)]
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return ""
    blocks = BLOCKS if drawn else PLAIN_BLOCKS
    low, spread = min(known), (max(known) - min(known)) or 1.0
    return "".join(
        " " if value is None or not math.isfinite(value) else blocks[round((value - low) / spread * (len(blocks) - 1))]
        for value in values
    )


def curves(
    epochs: Sequence[Mapping[str, Any]], best: int | None, drawn: bool, room: int = 60, round: str = "epoch"
) -> list[str]:
    """Losses and accuracies over the epochs (or whatever a round is), and a mark under the one that was kept."""
    if not epochs:
        return []
    rows = []
    for name, key in (
        ("training loss", "train_loss"),
        ("validation loss", "val_loss"),
        ("training accuracy", "train_accuracy"),
        ("validation accuracy", "val_accuracy"),
    ):
        values = [each.get(key) for each in epochs]
        rows.append(f"  {name:<20} {sparkline(values, drawn, room)}  {_figure(values[0])} to {_figure(values[-1])}")
    numbers = [each["epoch"] for each in epochs]
    if best is not None and best in numbers and len(numbers) <= room:
        rows.append(" " * (23 + numbers.index(best)) + f"^ best: {round} {best + 1}")
    return rows


def thaw(epochs: Sequence[Mapping[str, Any]], drawn: bool, limit: int = 60) -> list[str]:
    """Stages stacked, head on top, epochs to the right: where a cell is empty the stage was frozen."""
    if not epochs or not epochs[-1].get("stages"):
        return []
    blocks, ice = (BLOCKS, "·") if drawn else (PLAIN_BLOCKS, ".")
    shown = epochs[:limit]
    rows = []
    for place in reversed(range(len(epochs[-1]["stages"]))):
        cells = "".join(_warmth(each["stages"][place].get("scale", 0.0), blocks, ice) for each in shown)
        rows.append(f"  {inert(epochs[-1]['stages'][place].get('name', place))[:20]:<20} {cells}")
    return rows


def heat_map(stages: Sequence[Mapping[str, Any]], drawn: bool, limit: int = 60) -> list[str]:
    """The same for what is planned: one row per stage and one cell per epoch."""
    blocks, ice = (BLOCKS, "·") if drawn else (PLAIN_BLOCKS, ".")
    return [
        f"  {inert(stage['name'])[:20]:<20} "
        + "".join(_warmth(scale, blocks, ice) for scale in stage["scales"][:limit])
        for stage in reversed(stages)
    ]


def _warmth(scale: float, blocks: str, ice: str) -> str:
    """A rate of the full one is the tallest block; each block less is a rate 2.5 times smaller."""
    if not scale:
        return ice
    return blocks[max(0, min(len(blocks) - 1, len(blocks) - 1 + round(math.log(scale, 2.5))))]


def confusion(score: Mapping[str, Any], largest: int = 12) -> list[str]:
    """The matrix (rows are true, columns predicted), or above twelve classes what was most often confused."""
    labels = [each["label"] for each in score["classes"]]
    if score.get("confusion") and len(labels) <= largest:
        short = [inert(label)[:8] for label in labels]
        # A dot for nought, so that what was confused stands out.
        rows = [[label, *(n or "." for n in counts)] for label, counts in zip(short, score["confusion"], strict=True)]
        return table(["true \\ said", *short], rows, "." + "r" * len(labels))
    pairs = score.get("top_confusions", [])[:10]
    return table(["true", "said", "times"], [[each["true"], each["predicted"], each["count"]] for each in pairs], "..r")


def per_class(score: Mapping[str, Any]) -> list[str]:
    rows = [
        [each["label"], share(each["precision"]), share(each["recall"]), share(each["f1"]), each["support"]]
        for each in score["classes"]
    ]
    averages = [share(score[name]) for name in ("macro_precision", "macro_recall", "macro_f1")]
    return table(["class", "precision", "recall", "F1", "pictures"], [*rows, ["macro", *averages, score["n"]]], ".rrrr")


def share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}%"


def headline(score: Mapping[str, Any]) -> str:
    low, high = score["interval"]
    return f"{share(score['accuracy'])} ({100 * low:.1f} to {100 * high:.1f}), {score['right']} of {score['n']}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def size(count: int | None) -> str:
    """Bytes as people say them."""
    value = float(count or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def bar(share_done: float, width: int, drawn: bool) -> str:
    full, empty = ("█", "░") if drawn else ("#", "-")
    done = round(max(0.0, min(1.0, share_done)) * width)
    return full * done + empty * (width - done)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
