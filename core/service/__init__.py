"""One door: everything a page or the terminal can ask for, as plain values."""

from core.service.workbench import Workbench, open_workbench

__all__ = ["Workbench", "open_workbench"]
