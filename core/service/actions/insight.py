"""What runs understood: compared with each other, and asked about new pictures."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.errors import NotFound, RecordError
from core.service.actions.bench import Bench


class InsightActions(Bench):
    """Comparisons and predictions."""

    def compare(self, runs: Sequence[str], split: str | None = None) -> dict[str, Any]:
        from core.service.comparing import compare

        rows = list({row.id: row for row in map(self.record.find, runs)}.values())
        if len(rows) < 2:
            raise RecordError("A comparison takes two different runs; name another one.")
        return compare(self.record, rows, split)

    def predict(self, run: str, pictures: Iterable[str | tuple[str, bytes]], device: str = "auto") -> dict[str, Any]:
        """Labels for files, folders, or named bytes (uploads)."""
        row = self.record.find(run)
        best = self.record.folder(row.id) / "best"
        if not best.exists():
            raise NotFound(
                f"The run {row.id} ({row.state}) has no weights to predict with; choose one that has ended well."
            )
        from core.engines.devices import choose
        from core.engines.predictor import pictures_of, predict

        named = (each for given in pictures for each in (pictures_of([given]) if isinstance(given, str) else [given]))
        return {"run": row.id, **predict(best, named, choose(device))}
