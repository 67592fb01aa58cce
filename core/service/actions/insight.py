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
        return {"run": row.id, **self.ask("predict", run=row.id, pictures=_named(pictures), device=device)}


def _named(pictures: Iterable[str | tuple[str, bytes]]) -> list[tuple[str, bytes | str]]:
    """Each picture with its name; a folder stands for all that lie in it."""
    from core.engines.predictor import pictures_of

    named: list[tuple[str, bytes | str]] = []
    for given in pictures:
        named += [(name, str(file)) for name, file in pictures_of([given])] if isinstance(given, str) else [given]
    return named
