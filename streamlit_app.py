"""The front door: which pages there are, and in which order. No logic."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared import frame, gate, identity

LOGO = Path(__file__).parent / "docs" / "pictures" / "logo.svg"

PAGES = {
    "train": "Train",
    "watch": "Watch",
    "mistakes": "Mistakes",
    "compare": "Compare",
    "predict": "Predict",
    "datasets": "Datasets",
    "replays": "Replays",
    "help": "Help",
}


def pages() -> list[StreamlitPage]:
    """Made anew at each call: Streamlit wants pages of the present run. The first one answers at `/` alone."""
    home = st.Page("pages/home.py", title="Home", default=True)
    return [home, *(st.Page(f"pages/{file}.py", title=title) for file, title in PAGES.items())]


def open_door() -> None:
    # A file of our own: an emoji or a Material symbol would be fetched from elsewhere.
    st.set_page_config(page_title="Thaw", page_icon=str(LOGO), layout="wide", initial_sidebar_state="collapsed")
    gate.opened()
    page = st.navigation(pages(), position="top")
    if page.url_path:
        st.set_page_config(page_title=f"{page.title} · Thaw")
    st.html(frame.style())
    identity.draw()
    page.run()


if __name__ == "__main__":
    open_door()
