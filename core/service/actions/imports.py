"""Datasets of one's own: imported at once or in the background, gathered picture by picture, removed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from core.service.actions.bench import Bench
from core.service.actions.manners import manner_of


class ImportActions(Bench):
    """What makes datasets, and what removes them."""

    def import_dataset(self, path: str, name: str) -> dict[str, Any]:
        from core.data.importing import import_dataset

        return import_dataset(Path(path).expanduser(), name, self.home).to_json()

    @manner_of("import_dataset")
    def begin_import(
        self, name: str, path: str | None = None, upload: tuple[str, BinaryIO] | None = None
    ) -> dict[str, Any]:
        """Import while the server goes on: a path, an upload (its name, its content), or what was collected so far."""
        from core.service.importing import begin_import

        begin_import(self.home, name, path, upload)
        return {"name": name, "state": "running"}

    @manner_of("import_dataset")
    def imports(self) -> list[dict[str, Any]]:
        """Those under way and those ended: how many files are done, and the report or what went wrong."""
        from core.service.importing import IMPORTS

        return IMPORTS.known(self.home)

    @manner_of("import_dataset")
    def wait_for_import(self, name: str) -> None:
        from core.service.importing import IMPORTS

        IMPORTS.wait(self.home, name)

    @manner_of("import_dataset")
    def dismiss_import(self, name: str) -> None:
        """The report was read; the dataset stays."""
        from core.service.importing import IMPORTS

        IMPORTS.dismiss(self.home, name)

    def collect(self, name: str, label: str, pictures: Iterable[str | tuple[str, bytes]]) -> dict[str, Any]:
        """Gather files, or named bytes, as pictures of a class of a dataset to be; answers what it has so far."""
        from core.data.collecting import collect, collections
        from core.data.decoding import file_content
        from core.engines.predictor import pictures_of

        named = (each for given in pictures for each in (pictures_of([given]) if isinstance(given, str) else [given]))
        for called, given in named:
            content = given if isinstance(given, bytes) else file_content(given, called)
            collect(name, label, called, content, self.home)
        return {"name": name, "classes": collections(self.home).get(name, {})}

    def collections(self) -> dict[str, dict[str, int]]:
        """What is being gathered: by name, how many pictures each class has."""
        from core.data.collecting import collections

        return collections(self.home)

    @manner_of("import_dataset")
    def import_collected(self, name: str) -> dict[str, Any]:
        from core.data.collecting import import_collected

        return import_collected(name, self.home).to_json()

    def drop_collection(self, name: str) -> dict[str, Any]:
        from core.data.collecting import drop_collection

        drop_collection(name, self.home)
        return {"name": name, "classes": {}}

    def delete_dataset(self, name: str) -> dict[str, Any]:
        from core.service.importing import delete_dataset

        delete_dataset(self.record, name)
        return {"name": name, "state": "deleted"}
