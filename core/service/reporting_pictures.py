"""The pictures of a report: some of each class, some that a run got right and wrong, some that two disagree on."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.data.finding import is_kept_from
from core.errors import ExplorerError
from core.export.report_facts import Shown
from core.export.report_images import smaller
from core.runs.record import Record
from core.runs.store import RunRow
from core.service import comparing, looking
from core.service.mistakes import gallery
from core.service.pictures import missing_pictures, picture

SIDE = 128
MOST_EXAMPLES = 48
"""On all classes together."""
MOST_CLASSES = 40
RIGHT, WRONG, DISPUTED = 6, 12, 12


def examples(record: Record, row: RunRow, classes: Sequence[str]) -> dict[str, list[Shown]]:
    """A few pictures of each class; of very many classes one each, of the first ones."""
    if is_kept_from(row.dataset, record.home) or missing_pictures(record, row):
        return {}
    shown = classes[:MOST_CLASSES]
    each = max(1, min(4, MOST_EXAMPLES // len(shown)))
    return {label: _of_class(record, row, label, each) for label in shown}


def _of_class(record: Record, row: RunRow, label: str, count: int) -> list[Shown]:
    try:
        found = looking.pictures(row.dataset, record.home, label, count, 1)["pictures"]
    except ExplorerError:  # a picture that can't be read any more is told of elsewhere
        return []
    return [Shown(image=smaller(each["picture"]), file=each["file"], true=label) for each in found]


def judged(record: Record, row: RunRow, split: str, *, right: bool) -> list[Shown]:
    """Evenly spaced by file: a fair impression, not the best or the worst."""
    return [
        Shown(
            image=_image(record, row, split, each),
            file=each["file"],
            true=each["true"],
            said=(("", each["predicted"], each["confidence"]),),
        )
        for each in gallery(record, row, split, "best", right, RIGHT if right else WRONG)
    ]


def disputed(record: Record, rows: Sequence[RunRow], split: str, labels: Mapping[str, str]) -> list[Shown]:
    """Pictures that one of them got right and another wrong, with what each said."""
    if len(rows) < 2:
        return []
    found = comparing.told_by_each(record, rows, split, DISPUTED, disputed=True)["rows"]
    return [
        Shown(
            image=_image(record, rows[0], split, each),
            file=each["file"],
            true=each["true"],
            said=tuple((labels[run], said["predicted"], said["confidence"]) for run, said in each["said"].items()),
        )
        for each in found
    ]


def _image(record: Record, row: RunRow, split: str, each: Mapping[str, Any]) -> bytes | None:
    png = picture(record, row, split, each["index"], SIDE)
    return None if png is None else smaller(png)
