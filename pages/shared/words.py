"""Names that people gave, made safe to show; figures, as people read them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MARKS = re.compile(r"([!-/:-@\[-`{-~])")

ADDRESS = re.compile(r"(https?:|www|@)(?=[/.\w])", re.IGNORECASE)
"""What makes a link of the text around it, however it is escaped."""

UNSEEN = "\u2060"
"""A joiner without width: what it stands in reads the same, and is no address."""


def plain(text: object) -> str:
    """The text as it stands where Streamlit reads Markdown: a name must become neither a picture nor a link."""
    return MARKS.sub(r"\\\1", ADDRESS.sub(rf"\1{UNSEEN}", " ".join(str(text).split())))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def with_interval(score: Mapping[str, Any] | None) -> str:
    """ "91.3% (85.7 to 94.9), 137 of 150": a score never stands without its noise."""
    if not score:
        return "–"
    low, high = (f"{100 * bound:.1f}" for bound in score["interval"])
    return f"{percent(score['accuracy'])} ({low} to {high}), {score['right']:,} of {score['n']:,}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


STEPS = ((60, "second"), (60, "minute"), (24, "hour"), (30, "day"))
"""How many of each make one of the next; older than days of them is told by its date."""


def ago(when: str | None, now: datetime | None = None) -> str:
    """ "3 minutes ago"; a date for what is older than a month, and for a clock that has gone back."""
    if when is None:
        return "–"
    count = ((now or datetime.now(UTC)) - datetime.fromisoformat(when)).total_seconds()
    if -60 < count < 5:
        return "just now"
    for step, unit in STEPS if count > 0 else ():
        if count < step:
            return f"{counted(int(count), unit)} ago"
        count /= step
    return f"on {moment(when).partition(',')[0]}"


def moment(when: str | None, zone: str | None = None) -> str:
    """ "21 Nov 2026, 06:08 UTC": on the visitor's clock if their zone is known (`st.context.timezone`)."""
    if when is None:
        return "–"
    local = datetime.fromisoformat(when).astimezone(_zone(zone))
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError):  # a browser may say anything
        return UTC


def counted(count: int, noun: str, plural: str = "") -> str:
    """ "1 run", "1,200 runs", "2 classes" where the plural is given."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def size(count: float | None) -> str:
    """Bytes as people write them: "1.4 MB"."""
    if count is None:
        return "–"
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 99.5 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
