"""Names that people gave, made safe to show; figures, as people read them."""

import re

MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: object) -> str:
    """The text as it stands where Streamlit reads Markdown: a name must never become a picture that is fetched."""
    return MARKS.sub(r"\\\1", " ".join(str(text).split()))


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def with_interval(score: dict | None) -> str:
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
