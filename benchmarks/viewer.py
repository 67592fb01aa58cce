"""One simulated viewer: it opens a page over Streamlit's websocket, and asks for each tick that the page ordered."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

LARGEST_MESSAGE = 64 * 2**20
PATIENCE = 60.0


@dataclass
class Viewer:
    """Sends no hashes of messages that it has seen, so the server sends all of them each time: no browser asks more."""

    address: str
    page: str
    query: str
    first_paint: float = 0.0
    ticks: list[float] = field(default_factory=list)
    received: int = 0
    """Bytes."""
    errors: list[str] = field(default_factory=list)
    _hash: str = ""
    _fragment: str = ""
    _interval: float = 0.0
    _charts: int = 0

    async def watch(self, delay: float, seconds: float) -> None:
        """Come after `delay`, and stay until `seconds` have gone since everybody began."""
        began = time.monotonic()
        await asyncio.sleep(delay)
        async with self._connected() as socket:
            self.first_paint = await self._ask(socket)
            if not self._fragment or not self._charts:
                self.errors.append(f"The page orders no ticks, or draws no charts: {self._charts}.")
                return
            due = time.monotonic()
            while (due := due + self._interval) < began + seconds:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self.ticks.append(await self._ask(socket, fragment_id=self._fragment, is_auto_rerun=True))

    async def reruns(self, times: int) -> list[float]:
        """Open the page, and have all of it drawn again so many times; how many seconds each of them took."""
        async with self._connected() as socket:
            self.first_paint = await self._ask(socket)
            return [await self._ask(socket) for _ in range(times)]

    def _connected(self) -> websockets.connect:
        url = f"ws://{self.address}/_stcore/stream"
        return websockets.connect(url, subprotocols=["streamlit"], max_size=LARGEST_MESSAGE)  # type: ignore[list-item]

    async def _ask(self, socket: Any, **asked: Any) -> float:
        """Have the page, or a part of it, run; how many seconds until it has finished."""
        state = ClientState(query_string=self.query, page_script_hash=self._hash, page_name=self.page, **asked)
        began = time.perf_counter()
        await socket.send(BackMsg(rerun_script=state).SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._hear(await socket.recv()):
                pass
        return time.perf_counter() - began

    def _hear(self, message: bytes) -> bool:
        """Whether this was the last message of a run of the script."""
        self.received += len(message)
        said = ForwardMsg.FromString(message)
        match said.WhichOneof("type"):
            case "new_session":
                self._hash = said.new_session.page_script_hash
            case "auto_rerun":
                self._fragment, self._interval = said.auto_rerun.fragment_id, said.auto_rerun.interval
            case "delta":
                self._look(said.delta.new_element)
        finished = said.WhichOneof("type") == "script_finished"
        return finished and said.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _look(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        self._charts += kind == "vega_lite_chart"
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
