"""The command that takes a run away from here: what was written, and what is worth knowing about it."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from core.service import Workbench
from core.terminal.screen import Screen, inert

Found = Mapping[str, Any]


def export(bench: Workbench, asked: Namespace) -> Found:
    return bench.export(
        asked.run,
        asked.to,
        onnx=asked.onnx,
        preprocessing=asked.with_preprocessing,
        pictures=asked.pictures,
        force=asked.force,
    )


def tell_export(found: Found, screen: Screen) -> None:
    screen.line(f"The run {found['run']} lies in {inert(found['folder'])}: {inert(', '.join(found['files']))}")
    if parity := found["onnx"]:
        screen.line(
            f"model.onnx: {parity['agree']} of {parity['pictures']} pictures ({parity['split']}) named alike, "
            f"probabilities differ by at most {parity['largest']:.1e}"
        )
    screen.lines([f"  note: {inert(note)}" for note in found["notes"]])
