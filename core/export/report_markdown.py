"""A report as Markdown, with its charts and pictures as files beside it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from core.export.report_blocks import (
    Block,
    Code,
    Document,
    Drawings,
    Heading,
    Picture,
    Pictures,
    Points,
    Table,
    Tables,
    Words,
)
from core.export.report_html import kind_of
from core.export.report_style import CHART, THEMES
from core.export.report_words import inert

MARKS = re.compile(r"([\\`*_\[\]<>|~&#$^=]|^[-+]|(?<=^\d)[.)])")
"""What Markdown reads as more than itself, anywhere or at the beginning of a line."""
ADDRESS = re.compile(r"(https?:|www|@)(?=[/.\w])", re.IGNORECASE)
"""What makes a link of the text around it, however it is escaped."""
UNSEEN = "\u2060"
"""A joiner without width: what it stands in reads the same, and is no address."""
PICTURES_A_ROW = 4


@dataclass
class Pages:
    """The text, and the files that it shows, by their names."""

    folder: str
    files: dict[str, bytes] = field(default_factory=dict)

    def keep(self, content: bytes, ending: str) -> str:
        """A file beside the text, and the address by which the text shows it."""
        name = f"{len(self.files) + 1:03}.{ending}"
        self.files[name] = content
        return f"{quote(self.folder)}/{name}"


def to_markdown(document: Document, folder: str) -> tuple[str, dict[str, bytes]]:
    """The text, and what must lie in the folder of this name beside it."""
    pages = Pages(folder)
    parts = [f"# {plain(document.title)}", *(part for block in document.blocks for part in _written(block, pages))]
    return "\n\n".join(parts) + "\n", pages.files


def plain(text: object) -> str:
    """The text as it stands where Markdown is read: a name becomes neither a picture nor a link nor a tag."""
    return MARKS.sub(r"\\\1", ADDRESS.sub(rf"\1{UNSEEN}", inert(text)))


def _written(block: Block, pages: Pages) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {plain(text)}"
        case Words(text):
            yield plain(text)
        case Points(items):
            yield "\n".join(f"- {plain(item)}" for item in items)
        case Table():
            yield from _table(block)
        case Tables(each):
            for table in each:
                yield from _table(table)
        case Drawings(each):
            for drawing in each:
                yield _image(drawing.told, pages.keep(standalone(drawing.svg).encode("utf-8"), "svg"))
        case Pictures(caption, each):
            yield f"*{plain(caption)}*"
            yield _gallery(each, pages)
        case Code(caption, text, language):
            yield f"*{plain(caption)}*"
            yield _fenced(text, language)


def _table(table: Table) -> Iterator[str]:
    below = [":--" if place < table.words else "--:" for place in range(len(table.columns))]
    lines = [list(map(plain, table.columns)), below, *(list(map(plain, row)) for row in table.rows)]
    yield f"*{plain(table.caption)}*"
    yield "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _image(told: str, address: str) -> str:
    return f"![{plain(told)}]({address})"


def standalone(svg: str) -> str:
    """A drawing as a file of its own, which brings its colours along."""
    head, close, rest = svg.partition(">")
    return f"{head}{close}<style>{escape(THEMES + CHART, quote=False)}</style>{rest}"


def _gallery(pictures: Sequence[Picture], pages: Pages) -> str:
    """Rows of a table; its head must be there and stays empty."""
    cells = [_cell(each, pages) for each in pictures]
    wide = min(PICTURES_A_ROW, len(cells))
    rows = [cells[first : first + wide] for first in range(0, len(cells), wide)]
    lines = [[""] * wide, ["--"] * wide, *(row + [""] * (wide - len(row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(picture: Picture, pages: Pages) -> str:
    images = " ".join(_image(picture.told, pages.keep(image, kind_of(image))) for image in picture.images)
    return "<br>".join(each for each in (images, *map(plain, (picture.title, *picture.lines))) if each)


def _fenced(text: str, language: str) -> str:
    """Behind a fence that is longer than any inside."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{language}\n{text}\n{fence}"
