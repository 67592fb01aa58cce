"""Every failure that a user can act on. Each message is one sentence: what happened, to what, and what to do.

    ExplorerError
    ├── RecipeError         a choice that cannot be made
    ├── DataError           a dataset that cannot be found, read or split
    │   └── PictureError    one picture that cannot be read
    ├── WeightsError        pretrained weights that cannot be had, or do not fit
    ├── TrainingError       a run that cannot go on
    ├── RecordError         a record of runs that is busy or not ours to read
    │   ├── DiskFull        no space is left where something must be kept
    │   └── Superseded      a run that somebody else works on by now
    ├── NotFound            a run, a name or a file that is not there
    └── MissingExtra        an optional dependency that is not installed

They are raised low and caught in two places: pages show the sentence, `execute` records it.
Anything else that is raised is a bug.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class ExplorerError(Exception):
    """Something that a user can mend; `str(error)` is the sentence to show."""


class RecipeError(ExplorerError):
    """A choice that cannot be made; says which field, what was given and what is allowed."""

    def __init__(self, field: str, given: object, allowed: str):
        named = field if 0 < len(field) <= 80 and field.isprintable() else shown(field)
        super().__init__(f"{named}: {shown(given)} is not possible; {allowed}.")
        self.field = field


class DataError(ExplorerError):
    """A dataset that cannot be found, read or split."""


class PictureError(DataError):
    """One picture that cannot be read."""


class WeightsError(ExplorerError):
    """Pretrained weights that cannot be had, or do not fit."""


class TrainingError(ExplorerError):
    """A run that cannot go on."""


class RecordError(ExplorerError):
    """A record of runs that is busy or not ours to read."""


class DiskFull(RecordError):
    """No space is left where something must be kept."""

    def __init__(self, place: object):
        super().__init__(f"No space is left on the disk that holds {place}; free some, then try again.")


@contextmanager
def telling_of_a_full_disk(place: object) -> Iterator[None]:
    """While something is kept at `place`: that there is no space for it is the user's to mend."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(place) from error


class Superseded(RecordError):
    """A run that somebody else works on by now: whoever hears this has nothing more to say about it."""


class NotFound(ExplorerError):
    """A run, a name or a file that is not there."""


class MissingExtra(ExplorerError):
    """An optional dependency that is not installed."""

    def __init__(self, what: str, extra: str):
        install = f'pip install -e ".[{extra}]"'
        super().__init__(f"{what} needs an optional part of Thaw; install it, in the folder of Thaw, with: {install}")


def shown(given: object, limit: int = 80) -> str:
    """What was given, as it can stand in a sentence: quoted, on one line, never endless."""
    try:
        text = repr(given)
    except (ValueError, RecursionError):  # a number of thousands of digits, a list in a list in a list ...
        text = f"<{type(given).__name__} beyond all measure>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
