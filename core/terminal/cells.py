"""How many columns of a screen a text takes: wide letters take two, combining marks none."""

import unicodedata


def width(text: str) -> int:
    return sum(_columns(letter) for letter in text)


def fit(text: str, columns: int) -> str:
    """As much of a text as so many columns hold."""
    taken = 0
    for place, letter in enumerate(text):
        taken += _columns(letter)
        if taken > columns:
            return text[:place]
    return text


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
