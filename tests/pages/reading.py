"""What a page says, as one text."""

from streamlit.testing.v1 import AppTest


def everything_said(app: AppTest) -> str:
    said = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.text, *app.code, *app.error, *app.warning]
    return "\n".join(str(element.value) for element in said)
