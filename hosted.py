"""Thaw for a class: the same pages behind a door. `streamlit run hosted.py`; docs/hosting.md tells what to set."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit import auth_util, config
from streamlit.errors import Error
from streamlit.runtime import Runtime
from streamlit.web.server.starlette import starlette_websocket

from core.errors import ExplorerError
from door import hosting
from door.people import Person
from door.provider import Provider

SETTINGS = {
    "server.fileWatcherType": "none",
    "client.showErrorDetails": "type",
    "client.toolbarMode": "viewer",
}


def provider() -> Provider | None:
    """As `[auth]` of the secrets describes it, where there is such a section."""
    section = auth_util.get_secrets_auth_section()
    if not section:
        return None
    auth_util.validate_auth_credentials("default")
    return Provider(section.get("name", "your account"), told_by, way_to_provider)


def way_to_provider() -> str:
    return f"/auth/login?provider={auth_util.encode_provider_token('default')}"


def told_by(cookies: Mapping[str, str]) -> Mapping[str, Any] | None:
    """What the provider said, as Streamlit has signed it into its own cookie."""
    signed = starlette_websocket._get_signed_cookie_with_chunks(dict(cookies), "_streamlit_user")
    return json.loads(signed) if signed else None


def owns(person: Person, path: str) -> bool:
    """Whether a picture or an upload belongs to a visit of this person; whatever else there is, is everybody's."""
    visits = visits_at(path)
    return visits is None or any(visitor(visit) == person.id for visit in visits)


def visits_at(path: str) -> list[str] | None:
    """The sessions that show the file at an address, or take it in; None where it is no such address."""
    if path.startswith("/_stcore/upload_file/"):
        return [path.split("/")[3]]
    if not path.startswith("/media/"):
        return None
    file, shown = path.removeprefix("/media/").partition(".")[0], Runtime.instance().media_file_mgr
    with shown._lock:
        return [visit for visit, files in shown._files_by_session_and_coord.items() if file in files.values()]


def visitor(visit: str) -> str | None:
    client, door = Runtime.instance().get_client(visit), hosting.door()
    context = client.client_context if client else None
    person = door.person_of(context.cookies) if door and context else None
    return person and person.id


def open_door() -> hosting.Door:
    for name, value in SETTINGS.items():
        config.set_option(name, value)
    try:
        return hosting.open_door(provider)
    except (ExplorerError, Error) as error:
        sys.exit(" ".join(str(error).split()))


door = open_door()
# Streamlit reads this very line to learn that this is no page.
app = st.App("streamlit_app.py", routes=hosting.routes(door), middleware=[hosting.keeper(door, owns)])
