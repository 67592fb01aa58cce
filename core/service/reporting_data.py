"""What a run learned from, counted again the way it was divided, as long as the dataset is still the one it was."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.catalog.datasets import DATASETS
from core.data.finding import is_kept_from, located
from core.data.source import Source
from core.data.splits import cap, split
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.pictures import missing_pictures
from core.service.shelf import SHELF

CAME = {
    "built in": "it comes with Thaw",
    "found": "its folder was found on this machine",
    "imported": "it was imported here",
    "download": "it was fetched from where its card says",
}


def data_of(record: Record, row: RunRow) -> tuple[dict[str, Any] | None, str | None]:
    """The dataset as this run had it; or None, and why."""
    if is_kept_from(row.dataset, record.home):  # a run may be shared, and what it learned from may not
        return None, f"The pictures of {row.dataset} are another person's, so their names stand in for them."
    if missing := missing_pictures(record, row):
        return None, missing
    source = SHELF.take(row.dataset, record.home).source
    recipe = record.store.recipe(row.id)
    return {
        "source": _source_of(record, row.dataset),
        "notes": list(source.notes),
        "train": _trained_on(source, recipe),
    }, None


def _source_of(record: Record, name: str) -> str:
    """Whose pictures they are, as far as a card tells, and how they came here."""
    card, origin = DATASETS.get(name), located(name, record.home).origin
    return "; ".join(part for part in (card and card.title, card and card.terms.rstrip("."), CAME.get(origin)) if part)


def _trained_on(source: Source, recipe: Mapping[str, Any]) -> dict[str, int]:
    """How many training pictures of each class there were."""
    seed = recipe.get("split_seed", 0)
    train = split(source, seed)["train"]
    held = cap(train, source.labels, recipe.get("examples_per_class"), seed)
    counts = np.bincount(source.labels[held], minlength=len(source.classes))
    return dict(zip(source.classes, counts.tolist(), strict=True))
