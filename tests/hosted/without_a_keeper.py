"""The hosted application as it would be if its keeper were asleep: only the pages' own guard is left."""

from pathlib import Path

import streamlit as st

from door import hosting

PROJECT = Path(__file__).resolve().parent.parent.parent

door = hosting.open_door(lambda: None)
app = st.App(PROJECT / "streamlit_app.py", routes=hosting.routes(door))
