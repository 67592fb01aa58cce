"""The part of a report on a replayed experiment: each published claim beside what came of it, and what is not alike."""

from collections.abc import Iterator

from core.export.report_blocks import Block, Heading, Points, Table, Words
from core.export.report_facts import Facts

COLUMNS = ("claim", "published", "outcome here", "interval", "verdict", "why")
SMALLER = "This is the {form} form, smaller on purpose: nothing in it is judged against what was published."


def of_replay(replay: Facts) -> Iterator[Block]:
    yield Heading("What was published, and what came of it")
    yield Words(replay["source"])
    if replay["form"] != "full":
        yield Words(f"{SMALLER.format(form=replay['form'])} {replay['left_out']}".strip(), strong=True)
    yield Table("Each claim beside its outcome", COLUMNS, tuple(map(_row, replay["claims"])), words=len(COLUMNS))
    sentence = replay["tally"]["sentence"]
    yield Words(f"{sentence[:1].upper()}{sentence[1:]}.", strong=True)
    yield from _points("What differs from the published experiment", _differing(replay))
    yield from _points(
        "What the publication left open", [f"{each['question']}: {each['chosen']}" for each in replay["left_open"]]
    )


def _row(claim: Facts) -> tuple[str, ...]:
    why = "; ".join(part for part in (claim["reason"], claim["note"]) if part)
    told = (claim["text"], claim["claim_told"], claim["outcome_told"], claim["interval_told"], claim["verdict"], why)
    return tuple(each or "–" for each in told)


def _differing(replay: Facts) -> Iterator[str]:
    """What all members share is said once."""
    members = [[each for each in member["differs"] if each != replay["left_out"]] for member in replay["members"]]
    shared = [each for each in members[0] if all(each in others for others in members)] if len(members) > 1 else []
    yield from shared
    for member, differs in zip(replay["members"], members, strict=True):
        if own := [each for each in differs if each not in shared]:
            yield f"{member['name']}: {'; '.join(own)}"


def _points(title: str, items: Iterator[str] | list[str]) -> Iterator[Block]:
    if said := tuple(items):
        yield Heading(title, 3)
        yield Points(said)
