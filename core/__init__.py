"""Thaw's engine room: everything that happens, with no page in sight."""

__version__ = "0.1.0"
