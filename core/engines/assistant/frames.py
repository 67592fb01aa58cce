"""What a server and its assistant say to each other: JSON with its length before it, and bytes behind it."""

import json
import struct
from typing import IO, Any

LENGTH = struct.Struct("!Q")
PLACE = "$bytes"
"""Where bytes stood in what was said stands an object with this one key, and their place among those that follow."""


class Ended(Exception):
    """Whoever was to speak is gone."""


def write_frame(stream: IO[bytes], said: Any) -> None:
    """Say something made of what JSON knows, and of bytes."""
    blobs: list[bytes] = []
    light = _lightened(said, blobs)
    text = json.dumps({"said": light, "lengths": [len(blob) for blob in blobs]}).encode()
    for piece in (LENGTH.pack(len(text)), text, *blobs):
        stream.write(piece)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    frame = json.loads(_exactly(stream, length))
    return _filled(frame["said"], [_exactly(stream, each) for each in frame["lengths"]])


def _exactly(stream: IO[bytes], count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise Ended
    return content


def _lightened(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, bytes):
        blobs.append(value)
        return {PLACE: len(blobs) - 1}
    if isinstance(value, dict):
        return {key: _lightened(each, blobs) for key, each in value.items()}
    return [_lightened(each, blobs) for each in value] if isinstance(value, list | tuple) else value


def _filled(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, dict) and [*value] == [PLACE]:
        return blobs[value[PLACE]]
    if isinstance(value, dict):
        return {key: _filled(each, blobs) for key, each in value.items()}
    return [_filled(each, blobs) for each in value] if isinstance(value, list) else value
