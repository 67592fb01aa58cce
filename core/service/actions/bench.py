"""What every action needs: the home, its record, and whoever trains."""

from functools import cached_property

from core.engines.choosing import Engine, open_engine
from core.home import Home
from core.runs.record import Record


class Bench:
    """One home."""

    def __init__(self, home: Home):
        self.home = home
        self.record = Record(home)

    @cached_property
    def engine(self) -> Engine:
        """Whoever trains in the background, as THAW_ENGINE says."""
        return open_engine(self.record)

    def close(self) -> None:
        self.record.close()
