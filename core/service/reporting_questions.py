"""A report's head: its title, and the question that its runs answer, where nobody has typed one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from core import __version__
from core.export.report_facts import ReportFacts, Study
from core.export.report_words import listed
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.reporting import studies_of


def facts_of(record: Record, rows: Sequence[RunRow], title: str, question: str) -> ReportFacts:
    studies = studies_of(record, rows)
    now = datetime.now(UTC)
    return ReportFacts(
        title=title.strip() or f"Transfer learning on {listed([study.dataset for study in studies])}",
        question=question.strip() or " ".join(map(_question, studies)),
        made=f"{now.day} {now:%B %Y}",
        version=__version__,
        studies=studies,
    )


def _question(study: Study) -> str:
    kinds = f"the {len(study.classes)} classes of {study.dataset}"
    if len(study.groups) == 1:
        return f"How well does {study.groups[0].first.told['backbone']} learn to tell {kinds} apart?"
    changed = list(dict.fromkeys(each["setting"].partition(".")[0].replace("_", " ") for each in study.settings))
    differing = f"recipes that differ in {listed(changed)}" if 0 < len(changed) <= 4 else "these recipes"
    return f"Which of {len(study.groups)} {differing} tells {kinds} apart best?"
