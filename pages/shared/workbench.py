"""The one Workbench of this server, shared by all pages and visitors; torch works in a process of its own."""

import streamlit as st

from core.service import Workbench, open_workbench


@st.cache_resource(show_spinner=False)
def workbench() -> Workbench:
    return open_workbench(apart=True)
