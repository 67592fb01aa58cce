"""What a room's commands ask of the workbench, and how its people are told."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from core.service import Workbench
from core.terminal.screen import Screen, inert


def share(bench: Workbench, asked: Namespace) -> Mapping[str, Any]:
    act = bench.share_dataset if asked.dataset else bench.share
    return act(asked.name, not asked.undo)


def tell_share(found: Mapping[str, Any], screen: Screen) -> None:
    what = f"The dataset {found['dataset']}" if "dataset" in found else f"The run {found['run']}"
    screen.line(inert(f"{what} is seen by {'everybody in the room' if found['shared'] else 'its owner alone'}."))


def tell_people(found: Mapping[str, Any], screen: Screen) -> None:
    if not found["people"]:
        screen.line("Nobody has signed in to a room of this home yet.")
    for each in found["people"]:
        screen.line(f"{each['person']}  {inert(each['name'])}")
