"""What can be learned from, and what can be chosen."""

from pathlib import Path
from typing import Any

from core.service.actions.bench import Bench


class DataActions(Bench):
    """Datasets, backbones and every other choice."""

    def datasets(self) -> list[dict[str, Any]]:
        from core.data.finding import find_datasets

        return [found.to_json() for found in find_datasets(self.home)]

    def import_dataset(self, path: str, name: str) -> dict[str, Any]:
        from core.data.importing import import_dataset

        return import_dataset(Path(path).expanduser(), name, self.home).to_json()

    def audit(self, name: str) -> dict[str, Any]:
        from core.data.audit import audit
        from core.data.finding import open_source
        from core.data.splits import split

        source = open_source(name, self.home)
        return audit(source, split(source)).to_json()

    def backbones(self, word: str | None = None) -> list[dict[str, Any]]:
        from core.service.listing import backbones

        return backbones(word)

    def choices(self, kind: str | None = None) -> dict[str, list[dict[str, Any]]]:
        from core.service.listing import choices

        return choices(kind)

    def doctor(self) -> dict[str, Any]:
        from core.service.doctor import doctor

        return doctor(self.record, self.datasets)
