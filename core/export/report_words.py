"""Names and figures as a report writes them: inert, on one line, and never without their noise."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of the words around it."""


def inert(text: object) -> str:
    """What people typed, on one line and without what steers a screen; it stays to be escaped where it is written."""
    return "".join(each if _harmless(each) else "\ufffd" for each in " ".join(str(text).split()))


def _harmless(letter: str) -> bool:
    """No control, no half of a pair, nothing that turns the words around it, and no code that never is a letter."""
    never_a_letter = ord(letter) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(letter) <= 0xFDEF
    return not never_a_letter and unicodedata.category(letter) not in ("Cc", "Cs") and letter not in TURNING


def shortened(text: object, limit: int) -> str:
    said = inert(text)
    return said if len(said) <= limit else said[: limit - 1].rstrip() + "…"


def percent(part: float | None, digits: int = 1) -> str:
    return "–" if part is None else f"{100 * part:.{digits}f}%"


def between(ends: Sequence[float] | None, digits: int = 1) -> str:
    """ "85.7 to 94.9", of a share in percent."""
    return "–" if ends is None else f"{100 * ends[0]:.{digits}f} to {100 * ends[1]:.{digits}f}"


def with_interval(part: float | None, ends: Sequence[float] | None, digits: int = 1) -> str:
    """ "91.3% (85.7 to 94.9)"."""
    return "–" if part is None or ends is None else f"{percent(part, digits)} ({between(ends, digits)})"


def headline(score: Mapping[str, Any]) -> str:
    """ "91.3% (85.7 to 94.9), 137 of 150"."""
    return f"{with_interval(score['accuracy'], score['interval'])}, {score['right']:,} of {score['n']:,}"


def figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def small(p_value: float) -> str:
    return "< 0.0001" if p_value < 0.0001 else f"{p_value:.2g}"


def count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """ "1 run", "1,200 runs"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def size(bytes_of_it: float | None) -> str:
    """Bytes as people write them: "1.4 MB"."""
    if bytes_of_it is None:
        return "–"
    for unit in ("bytes", "kB", "MB", "GB"):
        if bytes_of_it < 999.5:
            return f"{bytes_of_it:.0f} {unit}" if unit == "bytes" else f"{bytes_of_it:.3g} {unit}"
        bytes_of_it /= 1000
    return f"{bytes_of_it:.1f} TB"


def listed(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def share_of_rate(scale: float) -> str:
    """ "100%", "2.2%": two digits that count."""
    return f"{100 * scale:.2g}%" if scale < 0.995 else f"{100 * scale:.0f}%"
