"""A table of words: they wrap instead of being cut off, and on a phone each row becomes a short list."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from pages.shared.colours import colours

STYLE = """<style>
.wrapped { width: 100%%; border-collapse: collapse; font-size: 0.875rem; }
.wrapped th, .wrapped td {
  padding: 0.4rem 0.75rem 0.4rem 0; border: 0; border-bottom: 1px solid %(line)s; text-align: left; vertical-align: top;
  min-width: 5rem;
}
.wrapped thead th, .wrapped td::before { color: %(quiet)s; font-weight: 400; }
.wrapped tbody th { font-weight: 400; min-width: 12rem; }
@media (max-width: 640px) {
  .wrapped thead { display: none; }
  .wrapped tr { display: block; padding: 0.4rem 0; border-bottom: 1px solid %(line)s; }
  .wrapped th, .wrapped td { display: block; border: 0; padding: 0.1rem 0; }
  .wrapped tbody th { font-weight: 600; }
  .wrapped td:empty { display: none; }
  .wrapped td::before { content: attr(data-label) ": "; }
}
</style>"""


def draw(rows: Sequence[Mapping[str, str]], told: str) -> None:
    """The first column names its row; `told` says what the table is, for who cannot see it."""
    if rows:
        theme = colours()
        st.html(STYLE % {"line": theme.quiet + "55", "quiet": theme.quiet})
        st.html(_table(rows, told))


def _table(rows: Sequence[Mapping[str, str]], told: str) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in rows[0])
    body = "".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    inside = f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return f'<table class="wrapped" aria-label="{escape(told)}">{inside}</table>'


def _cells(row: Mapping[str, str]) -> list[str]:
    (_, first), *others = row.items()
    cells = [f'<td data-label="{escape(name)}">{escape(text)}</td>' for name, text in others]
    return [f'<th scope="row">{escape(first)}</th>', *cells]
