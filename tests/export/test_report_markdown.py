"""The Markdown of a report: what people typed stays words, and every picture it shows lies beside it."""

from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from core.export.report_blocks import Code, Document, Points, Words
from core.export.report_markdown import to_markdown
from tests.export.reading import Read, rendered
from tests.export.test_report_html import HOSTILE, document


@pytest.fixture
def hostile() -> Read:
    return rendered(to_markdown(document(HOSTILE), "my report_files")[0])


def test_names_are_words_and_never_elements(hostile: Read):
    harmless = rendered(to_markdown(document("plain"), "my report_files")[0])
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert not hostile.all("a") and "<script>alert(1)</script>" in hostile.text


def test_every_picture_it_shows_is_a_file_beside_it():
    text, files = to_markdown(document("plain"), "my report_files")
    shown = [Path(unquote(each["src"])) for each in rendered(text).all("img")]
    assert {each.parent.name for each in shown} == {"my report_files"}
    assert sorted(each.name for each in shown) == sorted(files) and len(files) == 2


def test_a_drawing_is_whole_xml_and_brings_its_colours_along():
    _, files = to_markdown(document(HOSTILE), "there")
    drawing = next(content for name, content in files.items() if name.endswith(".svg"))
    root = ElementTree.fromstring(drawing)
    style = root.find("{http://www.w3.org/2000/svg}style")
    assert style is not None and style.text and "prefers-color-scheme: dark" in style.text


@pytest.mark.parametrize("text", ["1. a list", "- a list", "+ a list", "# a title", "> a quotation", "    code", "---"])
def test_a_sentence_is_a_sentence_however_it_begins(text: str):
    read = rendered(to_markdown(Document("a", (Words(text), Points((text,)))), "there")[0])
    assert [tag for tag, _ in read.elements] == ["h1", "p", "ul", "li"]
    assert read.text.count(text.strip()) == 2


def test_code_may_hold_fences():
    text = "```\n# not a title\n````"
    read = rendered(to_markdown(Document("a", (Code("b", text, "json"),)), "there")[0])
    assert len(read.all("h1")) == 1 and "# not a title" in read.text
