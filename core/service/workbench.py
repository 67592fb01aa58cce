"""Workbench: every action on one home, for pages and the terminal alike; plain values in, plain values out.

What an action needs loads with its first use, so that the door itself opens in a moment.
"""

from core.home import Home
from core.service.actions.data import DataActions
from core.service.actions.exports import ExportActions
from core.service.actions.reports import ReportActions
from core.service.actions.runs import RunActions
from core.service.actions.sharing import SharingActions
from core.service.actions.training import TrainingActions
from core.service.actions.understanding import UnderstandingActions


def open_workbench(home: Home | None = None, apart: bool = False) -> "Workbench":
    """The bench of a home; `apart` keeps torch out of this process."""
    return Workbench(home or Home.from_environment(), apart)


class Workbench(
    DataActions,
    TrainingActions,
    RunActions,
    ExportActions,
    UnderstandingActions,
    ReportActions,
    SharingActions,
):
    """What can be done, in one home. May be used from several threads."""
