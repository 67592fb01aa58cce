"""What can be taken away from here: a run as a folder that needs no Thaw, or as one archive of it."""

from pathlib import Path
from typing import Any

from core.service.actions.insight import InsightActions
from core.service.actions.manners import manner_of


class ExportActions(InsightActions):
    """Runs, made ready for elsewhere."""

    def export(
        self,
        run: str,
        to: str,
        *,
        onnx: bool = False,
        preprocessing: bool = False,
        pictures: bool = False,
        force: bool = False,
    ) -> dict[str, Any]:
        """Write a run's weights, card, labels and preprocessing to a folder, with a script that trains it again.

        `onnx` adds model.onnx, compared on real pictures; with `preprocessing` it takes pictures as they are.
        `pictures` writes a large dataset's pictures too; `force` replaces a folder that is not empty.
        """
        how = {"onnx": onnx or preprocessing, "preprocessing": preprocessing, "pictures": pictures, "force": force}
        known = self._known(run)
        place = str(Path(to).expanduser().absolute())
        return {"run": known["run"], **self.ask("export", run=known, to=place, how=how)}

    @manner_of("export")
    def bundle(self, run: str, *, onnx: bool = False, preprocessing: bool = False) -> dict[str, Any]:
        """The same as a ZIP archive (`zip`), for whoever has no folder on this machine."""
        known = self._known(run)
        how = {"onnx": onnx or preprocessing, "preprocessing": preprocessing}
        return {"run": known["run"], **self.ask("bundle", run=known, how=how)}

    def _known(self, run: str) -> dict[str, Any]:
        """Everything that is known of a run that has weights."""
        from core.service.showing import full

        row, best = self._with_weights(run)
        return {**full(self.record, row), "best": best}
