"""The guard at every page's door: nobody enters a page before the front door has been opened, or without a name.

Streamlit routes the very first request to a fresh server straight to a file in `pages/` if its address names one, and
never runs the front door. So each page's first line is `enter()`. In hosted mode nobody gets so far without having
signed in (`door/keeper.py`); this is the second lock.
"""

import streamlit as st

from pages.shared import identity

_door = {"open": False}


def opened() -> None:
    """Called by the front door; true of the whole process from then on."""
    _door["open"] = True


def enter() -> None:
    """Go on if the front door is open; otherwise make Streamlit take the way through it."""
    identity.person()
    if not _door["open"]:
        from streamlit_app import pages  # the front door imports this module, so not before it is needed

        st.navigation(pages())
        st.rerun()
