"""The command that writes a report to hand in."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from core.service import Workbench
from core.terminal.drawing import size
from core.terminal.screen import Screen, inert

Found = Mapping[str, Any]


def report(bench: Workbench, asked: Namespace) -> Found:
    if asked.replay:
        bench.measure_gaps(asked.replay)
    return bench.report(asked.runs, asked.to, asked.title, asked.question, asked.replay)


def tell_report(found: Found, screen: Screen) -> None:
    beside = f", {found['files']} pictures in {inert(found['folder'])}" if found["folder"] else ""
    screen.line(f"{inert(found['title'])}: {inert(found['report'])} ({size(found['bytes'])}){beside}")
