"""Runs told in full, as something to hand in."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import RecordError, shown, telling_of_a_full_disk
from core.service.actions.manners import manner_of
from core.service.actions.replays import ReplayActions

if TYPE_CHECKING:
    from core.export.report_blocks import Document

HTML, MARKDOWN = (".html", ".htm"), (".md", ".markdown")


class ReportActions(ReplayActions):
    """Reports on one run or several, or on a replay."""

    def report(
        self, runs: Sequence[str], file: str, title: str = "", question: str = "", replay: str = ""
    ) -> dict[str, Any]:
        """Write a report as one HTML file, or as Markdown with its pictures in a folder beside it.

        Of a replay, with its claims beside what has come of them; its finished runs need not be named.
        """
        document, place = self._document(runs, title, question, replay), Path(file).expanduser()
        ending = place.suffix.lower()
        if ending not in HTML + MARKDOWN:
            raise RecordError(f"A report is HTML or Markdown; {shown(file)} should end in .html or .md.")
        try:
            with telling_of_a_full_disk(place):
                written = _write_html(document, place) if ending in HTML else _write_markdown(document, place)
        except OSError as error:
            raise RecordError(f"{shown(file)} can't be written ({error.strerror}); name a file elsewhere.") from None
        return {"report": str(place), "title": document.title, **written}

    @manner_of("report")
    def report_page(self, runs: Sequence[str], title: str = "", question: str = "", replay: str = "") -> str:
        """The same as the text of one HTML page, to be downloaded."""
        from core.export.report_html import to_html

        return to_html(self._document(runs, title, question, replay))

    def _document(self, runs: Sequence[str], title: str, question: str, replay: str) -> "Document":
        told = self.replayed(replay) if replay else None
        if told and not runs:
            runs = [run for member in told["members"] for run in member["runs"]]
            runs = [run for run in runs if self.record.find(run).state == "done"]
        rows = list({row.id: row for row in map(self.record.find, runs)}.values())
        if not rows:
            raise RecordError("A report is about at least one run that has ended; name it.")
        from core.export.report import document
        from core.service.reporting_questions import facts_of

        return document(facts_of(self.record, rows, title, question, told))


def _write_html(document: "Document", place: Path) -> dict[str, Any]:
    from core.export.report_html import to_html
    from core.runs.folders import write_text

    text = to_html(document)
    write_text(place, text)
    return {"bytes": len(text.encode("utf-8")), "folder": None, "files": 0}


def _write_markdown(document: "Document", place: Path) -> dict[str, Any]:
    """The files first: whoever is interrupted has no text that shows what isn't there."""
    from core.export.report_markdown import to_markdown
    from core.runs.folders import write_bytes, write_text

    folder = place.with_name(f"{place.stem}_files")
    text, files = to_markdown(document, folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_bytes(folder / name, content)
    write_text(place, text)
    return {"bytes": len(text.encode("utf-8")), "folder": str(folder), "files": len(files)}
