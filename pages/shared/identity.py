"""Who looks at a page: whoever signed in at the door, or nobody in particular where there is none."""

import streamlit as st

from door.hosting import door
from door.people import NOBODY, Person, in_fours
from door.ways import SIGN_IN, SIGN_OUT


def hosted() -> bool:
    """Whether this server has a door: then pages belong to people, and nobody names folders of this machine."""
    return door() is not None


def person() -> Person:
    """Asked anew at every turn, ticks included: whoever is not signed in any more sees nothing from then on."""
    keeper = door()
    if keeper is None:
        return NOBODY
    return keeper.person_of(st.context.cookies) or _sent_away()


def draw() -> None:
    """Who one is here, how to come back, and the way out; on a laptop nothing."""
    if not hosted():
        return
    here = person()
    with st.sidebar:
        st.text(f"You are here as {here.name}.")
        if here.code:
            st.caption("To come back on another device, or after signing out, keep this code:")
            st.code(in_fours(here.code), language=None)
        st.html(f'<a href="{SIGN_OUT}">Sign out</a>')  # a button would open a window of its own, and leave this one


def _sent_away() -> Person:
    st.warning("You are not signed in, or not any more.")
    st.html(f'<a href="{SIGN_IN}">Sign in</a>')
    st.stop()
