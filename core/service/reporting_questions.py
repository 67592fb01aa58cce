"""A report's head: its title, and the question that its runs answer, where nobody has typed one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from core import __version__
from core.export.report_facts import Facts, ReportFacts, Study
from core.export.report_words import listed
from core.runs.record import Record
from core.runs.store import RunRow
from core.service.reporting import studies_of


def facts_of(
    record: Record, rows: Sequence[RunRow], title: str, question: str, replay: Facts | None = None
) -> ReportFacts:
    studies = studies_of(record, rows)
    now = datetime.now(UTC)
    asked = replay or {"title": "", "question": ""}
    return ReportFacts(
        title=title.strip() or asked["title"] or f"Transfer learning on {listed([each.dataset for each in studies])}",
        question=question.strip() or asked["question"] or " ".join(map(_question, studies)),
        replay=replay,
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
