"""A report as one HTML file that asks nobody for anything: styles, charts and pictures lie inside, and no script."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import singledispatch
from html import escape

from core.export.charts import WIDTH
from core.export.report_blocks import (
    Block,
    Code,
    Document,
    Drawing,
    Drawings,
    Heading,
    Picture,
    Pictures,
    Points,
    Table,
    Tables,
    Words,
)
from core.export.report_style import CHART, PAGE, PAPER, THEMES
from core.export.report_words import inert

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Whatever somebody may have typed, a browser fetches nothing."""
LARGE = 1.3 * WIDTH
"""From which width on a chart has a row of its own."""
SHORT = 12
"""A table of so many rows is never cut between two sheets."""
LEAD = 1
"""How many blocks stand above the first heading, with the title."""


def to_html(document: Document) -> str:
    lead, rest = document.blocks[:LEAD], document.blocks[LEAD:]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{said(document.title)}</title>",
            f"<style>{THEMES}{CHART}{PAGE}{PAPER}</style>\n</head>\n<body>",
            f"<header>\n<h1>{said(document.title)}</h1>",
            *map(written, lead),
            "</header>\n<main>",
            *map(written, rest),
            "</main>\n</body>\n</html>\n",
        ]
    )


def said(text: object) -> str:
    return escape(inert(text))


@singledispatch
def written(block: Block) -> str:
    raise TypeError(f"a report has no {type(block).__name__}")


@written.register
def _(block: Heading) -> str:
    return f"<h{block.level}>{said(block.text)}</h{block.level}>"


@written.register
def _(block: Words) -> str:
    return f"<p>{said(block.text)}</p>"


@written.register
def _(block: Points) -> str:
    return f"<ul>{''.join(f'<li>{said(item)}</li>' for item in block.items)}</ul>"


@written.register
def _(block: Table) -> str:
    head = "".join(f'<th scope="col" class="{_kind(block, place)}">{said(each)}</th>' for place, each in _cells(block))
    rows = "".join(f"<tr>{''.join(_row(block, row))}</tr>" for row in block.rows)
    inside = f"<caption>{said(block.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    kind = ' class="whole"' if len(block.rows) <= SHORT else ""
    return _scrolling(f"<table{kind}>{inside}</table>", block.caption)


@written.register
def _(block: Tables) -> str:
    return f'<div class="tables">{"".join(map(written, block.each))}</div>'


def _cells(block: Table) -> Iterator[tuple[int, str]]:
    return enumerate(block.columns)


def _row(block: Table, row: Sequence[str]) -> Iterator[str]:
    for place, cell in enumerate(row):
        if place:
            yield f'<td class="{_kind(block, place)}">{said(cell)}</td>'
        else:
            yield f'<th scope="row" class="words">{said(cell)}</th>'


def _kind(block: Table, place: int) -> str:
    return "words" if place < block.words else "figure"


def _scrolling(inside: str, name: str) -> str:
    """What may be wider than a phone scrolls by itself, by keys too."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{said(name)}">{inside}</div>'


@written.register
def _(block: Drawings) -> str:
    return f'<div class="charts">{"".join(map(_figure, block.each))}</div>'


def _figure(drawing: Drawing) -> str:
    """A chart that is wider than usual never shrinks so far that it can't be read."""
    wide, svg = _width(drawing), drawing.svg
    if wide > WIDTH:
        svg = _scrolling(svg.replace("<svg ", f'<svg style="{_sized(wide)}" ', 1), drawing.told)
    kind = "large" if wide > LARGE else ("wide" if drawing.wide else "")
    below = f"<figcaption>{said(drawing.caption)}</figcaption>" if drawing.caption else ""
    return f'<figure class="{kind}">{svg}{below}</figure>'


def _sized(wide: float) -> str:
    return f"max-width:{wide:.0f}px;min-width:{0.8 * wide:.0f}px"


def _width(drawing: Drawing) -> float:
    return float(drawing.svg.partition(' width="')[2].partition('"')[0])


@written.register
def _(block: Pictures) -> str:
    items = "".join(map(_picture, block.each))
    return f'<figure><figcaption>{said(block.caption)}</figcaption><ul class="pictures">{items}</ul></figure>'


def _picture(picture: Picture) -> str:
    images = "".join(f'<img src="{_data_uri(image)}" alt="{said(picture.told)}">' for image in picture.images)
    lines = "".join(f"<span>{said(line)}</span>" for line in picture.lines)
    kind = ' class="several"' if len(picture.images) > 1 else ""
    return f"<li{kind}>{images}<b>{said(picture.title)}</b>{lines}</li>"


def _data_uri(image: bytes) -> str:
    return f"data:image/{kind_of(image)};base64,{b64encode(image).decode()}"


def kind_of(image: bytes) -> str:
    return "png" if image.startswith(b"\x89PNG") else "jpeg"


@written.register
def _(block: Code) -> str:
    return f"<figure><figcaption>{said(block.caption)}</figcaption><pre><code>{_kept(block.text)}</code></pre></figure>"


def _kept(text: str) -> str:
    """Code keeps its lines; each of them is as inert as any other words."""
    return "\n".join(escape(_line(line)) for line in text.splitlines())


def _line(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + inert(line)
