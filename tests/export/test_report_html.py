"""The HTML of a report: nothing is fetched, nothing that people typed is obeyed, everything can be heard too."""

import io

import pytest
from PIL import Image

from core.export.charts_matrix import matrix
from core.export.report_blocks import (
    Code,
    Document,
    Drawing,
    Drawings,
    Heading,
    Picture,
    Pictures,
    Points,
    Table,
    Words,
)
from core.export.report_html import to_html
from tests.conftest import HOSTILE_NAME
from tests.export.reading import Read

HOSTILE = f"{HOSTILE_NAME} \"'> </style></svg><img src=x onerror=alert(1)> \x1b[31m \ud800 \u202e &amp;"


def png() -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(packed, "PNG")
    return packed.getvalue()


def document(name: str) -> Document:
    """One of every kind of block, everything in it called by this name."""
    drawing = Drawing(matrix([name, "b"], [[1, 0], [0, 1]], name, name), name, name)
    blocks = (
        Words(name),
        Heading(name),
        Points((name, name)),
        Table(name, (name, name), ((name, name),)),
        Drawings((drawing,)),
        Pictures(name, (Picture((png(),), name, name, (name,)), Picture((), name, name))),
        Code(name, f"{name}\n  {name}", "json"),
    )
    return Document(name, blocks)


@pytest.fixture
def hostile() -> Read:
    text = to_html(document(HOSTILE))
    text.encode("utf-8")
    return Read(text)


def test_names_are_words_and_never_elements(hostile: Read):
    harmless = Read(to_html(document("plain " * 20)))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert not hostile.all("script") and "<script>alert(1)</script>" in hostile.text
    assert not any(name.startswith("on") for _, attributes in hostile.elements for name in attributes)


def test_what_steers_a_screen_is_left_out(hostile: Read):
    assert not {"\x1b", "\ud800", "\u202e"} & set(hostile.text)


def test_a_page_asks_nobody_for_anything(hostile: Read):
    addresses = [value for _, each in hostile.elements for name, value in each.items() if name in ("src", "href")]
    assert addresses and all(address.startswith("data:image/png;base64,") for address in addresses)
    assert not hostile.all("link") and not hostile.all("script") and not hostile.all("iframe")
    policy = next(each for each in hostile.all("meta") if "http-equiv" in each)
    assert policy["content"].startswith("default-src 'none'")


def test_everything_can_be_heard():
    read = Read(to_html(document("kind")))
    assert read.all("html") == [{"lang": "en"}]
    assert [each["alt"] for each in read.all("img")] == ["kind"]
    assert [each["aria-label"] for each in read.all("svg")] == ["kind"]
    assert {each["scope"] for each in read.all("th")} == {"col", "row"}
    assert len(read.all("caption")) == len(read.all("table")) == 1
    assert all(each["tabindex"] == "0" and each["aria-label"] for each in read.all("div") if each.get("role"))


def test_code_keeps_its_lines_and_their_indentation():
    text = to_html(Document("a", (Words("b"), Code("c", '{\n  "name": "<b>"\n}', "json"))))
    assert "<code>{\n  &quot;name&quot;: &quot;&lt;b&gt;&quot;\n}</code>" in text
