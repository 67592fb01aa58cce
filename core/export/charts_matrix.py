"""Confusion matrices, and what sets two of them apart: true classes downward, said ones to the right."""

from collections.abc import Iterator, Sequence

from core.export.charts import LETTER, TITLE, WIDTH, box, drawn, fitting, room_for, title, words

Counts = Sequence[Sequence[int]]

LARGEST = 44
"""Above, cells are too small to read, and the table of what was confused says more."""
SMALLEST_CELL = 20
STRONG = 0.55
"""From which shade on words are white."""


def matrix(labels: Sequence[str], counts: Counts, name: str, told: str) -> str:
    """Shaded by the share of the true class."""
    shares = [[cell / max(1, sum(row)) for cell in row] for row in counts]
    return _drawn(labels, counts, shares, name, told, signed=False)


def difference(labels: Sequence[str], counts: Counts, name: str, told: str) -> str:
    """Signed counts: orange where the first has more pictures in a cell, blue where the second has."""
    far = max(1, *(abs(cell) for row in counts for cell in row))
    shares = [[cell / far for cell in row] for row in counts]
    return _drawn(labels, counts, shares, name, told, signed=True)


def _drawn(
    labels: Sequence[str], counts: Counts, shares: Sequence[Sequence[float]], name: str, told: str, signed: bool
) -> str:
    left = room_for(labels, 110) + 16
    side = max(SMALLEST_CELL, min(60, (WIDTH - left - 4) / len(labels)))
    level = max(len(label) for label in labels) * LETTER <= side
    top = TITLE + 18 + (16 if level else room_for(labels, 90))
    leaning = 0 if level else 0.5 * room_for(labels, 90)  # the last name leans out to the right
    width, foot = left + side * len(labels) + 4 + leaning, top + side * len(labels)
    parts = [title(name), words(left, TITLE + 12, "said to be", "quiet"), _upright(10, top, "truly")]
    parts += _names(labels, left, top, side, level)
    for row, (cells, of_row) in enumerate(zip(counts, shares, strict=True)):
        for column, (cell, share) in enumerate(zip(cells, of_row, strict=True)):
            parts += _cell(left + column * side, top + row * side, side, cell, share, signed)
    return drawn(foot + 6, told, parts, max(WIDTH, width))


def _upright(x: float, y: float, text: str) -> str:
    return f'<text transform="translate({x:.1f} {y:.1f}) rotate(-90)" class="quiet" text-anchor="end">{text}</text>'


def _names(labels: Sequence[str], left: float, top: float, side: float, level: bool) -> Iterator[str]:
    for place, label in enumerate(labels):
        yield words(left - 5, top + (place + 0.5) * side + 4, label, "", "end", fitting(left - 16))
        x = left + (place + 0.5) * side
        if level:
            yield words(x, top - 5, label, "", "middle")
        else:
            said = words(0, 0, label, "", "start", fitting(90))
            yield f'<g transform="translate({x + 4:.1f} {top - 5:.1f}) rotate(-60)">{said}</g>'


def _cell(x: float, y: float, side: float, cell: int, share: float, signed: bool) -> Iterator[str]:
    kind = "full" if not signed else ("more" if share > 0 else "less")
    yield box(x, y, side, side, f"cell-of-matrix {kind}", f' fill-opacity="{abs(share):.3f}"')
    if cell:
        ink = "on-strong" if signed and abs(share) > STRONG else ""
        said = f"{cell:+d}" if signed else f"{cell}"
        small = " small" if len(said) * 7 > side - 2 or side < 24 else ""
        yield words(x + side / 2, y + side / 2 + 4, said, f"{ink}{small}".strip(), "middle")
