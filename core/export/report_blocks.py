"""What a report consists of, whatever file it becomes: headings, words, tables, drawings, pictures and code.

All words in here are plain text; whoever writes them to a file escapes them for it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Words:
    text: str
    strong: bool = False
    """Whether it is what a reader should take away."""


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows of text; the first column names its row, and what comes after `words` columns are figures."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True)
class Tables:
    """Tables that belong side by side, where there is room."""

    each: tuple[Table, ...]


@dataclass(frozen=True)
class Drawing:
    """A chart: its SVG, what it shows for who can't see it, and what stands below."""

    svg: str
    told: str
    caption: str = ""
    wide: bool = False


@dataclass(frozen=True)
class Drawings:
    """Charts that belong side by side, where there is room."""

    each: tuple[Drawing, ...]


@dataclass(frozen=True)
class Picture:
    """One miniature or several of a kind, with what stands below; none where they can't be had any more."""

    images: tuple[bytes, ...]
    told: str
    title: str
    lines: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Pictures:
    caption: str
    each: tuple[Picture, ...]


@dataclass(frozen=True)
class Code:
    caption: str
    text: str
    language: str


Block = Heading | Words | Points | Table | Tables | Drawings | Pictures | Code


@dataclass(frozen=True)
class Document:
    """A whole report."""

    title: str
    blocks: tuple[Block, ...]
