"""What can be learned from, and what can be chosen."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import RecordError, shown
from core.service.actions.imports import ImportActions
from core.service.actions.manners import manner_of


class DataActions(ImportActions):
    """Datasets, backbones and every other choice."""

    def datasets(self) -> list[dict[str, Any]]:
        from core.data.finding import find_datasets

        return [found.to_json() for found in find_datasets(self.home)]

    def dataset(self, name: str) -> dict[str, Any]:
        """One dataset in full: its classes and splits as they will be used, its sizes, what was left out and why."""
        from core.service.looking import look

        return look(name, self.home)

    @manner_of("sheet")
    def thumbnails(self, name: str, label: str | None = None, count: int = 9, page: int = 1) -> dict[str, Any]:
        """A page of its pictures, of all classes in turn or of one, each a PNG of at most 128 pixels a side."""
        from core.service.looking import pictures

        return pictures(name, self.home, label, count, page)

    @manner_of("audit")
    def pictures_called(self, name: str, files: Sequence[str]) -> dict[str, Any]:
        """The same for files of these names."""
        from core.service.looking import pictures_called

        return pictures_called(name, self.home, files)

    @manner_of("sheet")
    def cover(self, name: str) -> dict[str, Any]:
        """Nine pictures as one, or that it is `coming`."""
        from core.service.looking import cover_of

        return cover_of(name, self.home)

    def sheet(self, name: str, file: str, label: str | None = None, count: int = 9, page: int = 1) -> dict[str, Any]:
        """A page of its pictures side by side, written to a file."""
        from core.data.thumbnails import sheet

        found = self.thumbnails(name, label, count, page)
        try:
            Path(file).expanduser().write_bytes(sheet([each["picture"] for each in found["pictures"]]))
        except OSError as error:
            raise RecordError(
                f"{shown(file)} can't be written ({error}); name a .png file in a folder that is there."
            ) from None
        return {"sheet": file, "files": [each["file"] for each in found["pictures"]], "total": found["total"]}

    def audit(self, name: str) -> dict[str, Any]:
        """What is odd about a dataset; looked for once, until its content changes."""
        from core.service.looking import audited

        return audited(name, self.home)

    @manner_of("audit")
    def known_audit(self, name: str) -> dict[str, Any] | None:
        """The audit, if it was made before."""
        from core.service.looking import known_audit

        return known_audit(name, self.home)

    def backbones(self, word: str | None = None) -> list[dict[str, Any]]:
        from core.service.listing import backbones

        return backbones(word)

    def choices(self, kind: str | None = None) -> dict[str, list[dict[str, Any]]]:
        from core.service.listing import choices

        return choices(kind)

    def doctor(self) -> dict[str, Any]:
        from core.service.doctor import doctor

        return doctor(self.record, self.datasets)
