"""What a page says, as one text."""

from streamlit.testing.v1 import AppTest

from pages.shared.words import UNSEEN


def as_read(said: str) -> str:
    """What eyes read of Markdown in which every mark was escaped, and every address broken."""
    return said.replace("\\", "").replace(UNSEEN, "")


def everything_said(app: AppTest) -> str:
    said = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.text, *app.code, *app.error, *app.warning]
    return "\n".join(str(element.value) for element in said)


def plainly(app: AppTest) -> str:
    return as_read(everything_said(app))
