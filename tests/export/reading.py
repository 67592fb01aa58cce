"""What an HTML reader finds in a page: its elements, in order, with their attributes and the words inside."""

from html.parser import HTMLParser

from markdown_it import MarkdownIt


class Read(HTMLParser):
    def __init__(self, text: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def rendered(markdown: str) -> Read:
    """As GitHub would show it: tables, and addresses that become links by themselves."""
    return Read(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
