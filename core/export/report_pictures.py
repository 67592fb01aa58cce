"""The part of a report that shows pictures: rightly and wrongly classified, and those that runs disagree on."""

from collections.abc import Iterator, Sequence

from core.export.report_blocks import Block, Heading, Picture, Pictures, Words
from core.export.report_facts import Shown, Study
from core.export.report_words import percent


def of_pictures(study: Study) -> Iterator[Block]:
    yield Heading("Right and wrong, as pictures", 3)
    if study.missing:
        yield Words(study.missing)
    for group in study.groups:
        label, score = group.label, group.first.score
        wrong = score["n"] - score["right"]
        yield from _gallery(f"{label}: some of the {score['right']:,} that it got right", study.right[label])
        yield from _gallery(f"{label}: {_of(len(study.wrong[label]), wrong)}", study.wrong[label])
    yield from _gallery("Where the first two disagree on who is right", study.disputed)


def _of(shown: int, wrong: int) -> str:
    return f"all {wrong:,} that it got wrong" if shown == wrong else f"{shown} of the {wrong:,} that it got wrong"


def _gallery(caption: str, some: Sequence[Shown]) -> Iterator[Block]:
    if some:
        yield Pictures(caption, tuple(map(_picture, some)))


def _picture(shown: Shown) -> Picture:
    images = (shown.image,) if shown.image else ()
    return Picture(images, f"{shown.file}: {shown.true}", f"is {shown.true}", tuple(_lines(shown)))


def _lines(shown: Shown) -> Iterator[str]:
    for who, said, confidence in shown.said:
        verdict = "✓" if said == shown.true else "✗"
        yield f"{verdict} {f'{who}: ' if who else 'said '}{said}, {percent(confidence, 0)}"
    if shown.image is None:
        yield shown.file
