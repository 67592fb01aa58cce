"""A visit to a page as a browser makes one, without a browser: the stream of messages that a page is drawn by."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.hosted.conftest import Hosted

PATIENCE = 60.0
DRAWN = ForwardMsg.FINISHED_SUCCESSFULLY
"""A page that begins anew before it was drawn says something else."""


@dataclass
class Visit:
    """One open window of somebody who has come in."""

    stream: ClientConnection
    session: str = ""
    said: bytes = b""
    """Everything that was sent to be drawn."""
    page: str = ""
    query: str = ""

    def draw(self) -> None:
        """Have the page drawn, from its first message to its last."""
        asked = BackMsg()
        asked.rerun_script.query_string, asked.rerun_script.page_name = self.query, self.page
        self.stream.send(asked.SerializeToString())
        while True:
            raw = self.stream.recv(timeout=PATIENCE)
            assert isinstance(raw, bytes)
            message = ForwardMsg.FromString(raw)
            self.said += raw
            if message.HasField("new_session"):
                self.session = message.new_session.initialize.session_id
            if message.WhichOneof("type") == "script_finished" and message.script_finished == DRAWN:
                return

    @property
    def pictures(self) -> set[str]:
        return {found.decode() for found in re.findall(rb"/media/[0-9a-f]+\.\w+", self.said)}


@contextmanager
def visit(server: Hosted, person: httpx.Client, page: str = "", query: str = "") -> Iterator[Visit]:
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    address = server.address.replace("http", "ws") + "/_stcore/stream"
    with connect(
        address,
        additional_headers={"Cookie": cookies},
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
    ) as stream:
        opened = Visit(stream, page=page, query=query)
        opened.draw()
        yield opened
