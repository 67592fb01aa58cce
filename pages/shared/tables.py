"""Tables to take away: CSV in which no name that somebody typed becomes a formula."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What makes a spreadsheet calculate a cell instead of showing it."""


def csv_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows under the names of all their fields, as spreadsheets read it: UTF-8, marked as such."""
    table = io.StringIO(newline="")
    fields = {field: None for row in rows for field in row}
    writer = csv.writer(table)
    writer.writerow(map(_inert, fields))
    writer.writerows([_inert(row.get(field)) for field in fields] for row in rows)
    return table.getvalue().encode("utf-8-sig", "replace")


def _inert(cell: object) -> object:
    """Numbers as they are; text that would be calculated gets an apostrophe, which spreadsheets do not show."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULAS) else cell
