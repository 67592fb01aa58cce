"""A folder of pictures as a Source: every picture verified, everything else listed with its reason."""

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.catalog.datasets import DatasetCard
from core.data.archives import archive_stem
from core.data.decoding import decode
from core.data.entry_names import is_litter
from core.data.layout import Placed, class_order, placed
from core.data.source import PictureFacts, Skip, Source
from core.data.verification import Verdict, verify
from core.errors import DataError, shown

PHOTOGRAPHS = ".jpg .jpeg .jpe .jfif .png .webp .heic .heif"
OTHERS = ".gif .bmp .tif .tiff .ppm .pgm .pbm .pnm"
ENDINGS = frozenset(f"{PHOTOGRAPHS} {OTHERS}".split())
CODE = re.compile(r"n?[0-9]+")
"""A class folder that is named by a number or by an ImageNet code."""


@dataclass(frozen=True)
class Listing:
    """What lies below a folder, judged by names alone."""

    files: list[str]
    """Possible pictures, in order."""
    skipped: list[Skip]
    ignored: int
    """What systems left behind."""


def listing(folder: Path) -> Listing:
    """Every file below a folder; links to folders are not followed, for they may lead in a circle."""
    files, skipped, ignored = [], [], 0
    for where, below, names in os.walk(folder):
        here = Path(where).relative_to(folder).as_posix()
        ignored += sum(map(is_litter, below)) + sum(map(is_litter, names))
        below[:] = sorted(name for name in below if not is_litter(name))
        for name in names:
            if is_litter(name):
                continue
            file = name if here == "." else f"{here}/{name}"
            reason = _not_a_picture(file)
            if reason:
                skipped.append(Skip(readable(file), reason))
            else:
                files.append(file)
    return Listing(sorted(files), sorted(skipped, key=lambda skip: skip.file), ignored)


def readable(name: str) -> str:
    """A file's name as text that can be shown and stored, whatever bytes it is made of."""
    return name.encode(errors="replace").decode()


def _not_a_picture(file: str) -> str | None:
    if not file.isprintable():
        if readable(file) != file:
            return "its name is not written in UTF-8"
        if any(unicodedata.category(letter) == "Cc" for letter in file):
            return "its name holds control characters"
    ending = os.path.splitext(file)[1].casefold()  # noqa: PTH122 - a Path per file would double the time
    if not ending or ending in ENDINGS:
        return None
    if archive_stem(file) is not None:
        return "it is an archive in the dataset, which is not unpacked"
    return f"it is not a picture ({ending})"


def folder_source(name: str, folder: Path, cache: Path, card: DatasetCard | None = None) -> Source:
    """Class folders, or train, val and test folders of class folders, as one dataset."""
    found = listing(folder)
    pictures, astray = placed(found.files)
    return verified_source(name, folder, cache, pictures, [*found.skipped, *astray], card)


def verified_source(
    name: str,
    folder: Path,
    cache: Path,
    pictures: Sequence[Placed],
    skipped: Sequence[Skip],
    card: DatasetCard | None = None,
) -> Source:
    """Those of the placed pictures that can be read, as one dataset."""
    verdicts = verify(folder, [each.file for each in pictures], cache)
    flaws = dict(card.flaws) if card else {}
    reasons = {each.file: _reason(each.file, verdicts[each.file], flaws) for each in pictures}
    unusable = [Skip(file, reason) for file, reason in reasons.items() if reason]
    usable = [each for each in pictures if not reasons[each.file]]
    order = class_order(each.label for each in usable)
    refuse_too_few(name, order, [*unusable, *skipped])
    number = {label: index for index, label in enumerate(order)}
    files = [each.file for each in usable]
    facts = [_facts(verdicts[file]) for file in files]
    return Source(
        name=name,
        classes=_titles(order, card),
        labels=np.array([number[each.label] for each in usable], np.int64),
        files=files,
        given=[each.split for each in usable],
        read=lambda index: decode(folder / files[index], files[index]).image,
        fingerprint=_fingerprint(usable, verdicts),
        licence=card.licence if card else "unknown",
        skipped=tuple(sorted((*skipped, *unusable), key=lambda skip: skip.file)),
        notes=notes_on([each.label for each in usable]),
        facts=facts.__getitem__,
    )


def _reason(file: str, verdict: Verdict, flaws: Mapping[str, str]) -> str:
    return verdict.reason or flaws.get(file.rpartition("/")[2], "")


def _facts(verdict: Verdict) -> PictureFacts:
    return PictureFacts(verdict.width, verdict.height, verdict.mode, verdict.format)


def refuse_too_few(name: str, classes: Sequence[str], skipped: Sequence[Skip] = ()) -> None:
    """Fewer than two classes are no classification."""
    if len(classes) >= 2:
        return
    aside = (
        f" ({len(skipped):,} files were skipped, the first because {skipped[0].reason.rstrip('.')})" if skipped else ""
    )
    if classes:
        raise DataError(f"{name} has only one class, {shown(classes[0])}, and two are needed to tell apart{aside}.")
    raise DataError(
        f"{name} holds no class folders with pictures; put the pictures of each class into a folder of its own{aside}."
    )


def notes_on(labels: Sequence[str]) -> tuple[str, ...]:
    """What is allowed but worth knowing about these classes."""
    notes = []
    single = sorted(label for label, count in Counter(labels).items() if count == 1)
    if single:
        named = ", ".join(map(shown, single[:5])) + (", ..." if len(single) > 5 else "")
        notes.append(f"{len(single)} of the classes have a single picture, so they cannot be validated: {named}.")
    folded = Counter(label.casefold() for label in set(labels))
    alike = sorted(label for label in set(labels) if folded[label.casefold()] > 1)
    if alike:
        notes.append(f"Some classes differ only by capitals: {', '.join(map(shown, alike[:6]))}.")
    return tuple(notes)


def _titles(order: Sequence[str], card: DatasetCard | None) -> tuple[str, ...]:
    """The card's names where the folders are only called by codes."""
    if card and len(card.labels) == len(order) and all(CODE.fullmatch(label) for label in order):
        return card.labels
    return tuple(order)


def _fingerprint(usable: Sequence[Placed], verdicts: Mapping[str, Verdict]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for each in sorted(usable, key=lambda each: each.file):
        digest.update(f"{each.file}\0{each.label}\0{each.split}\0{verdicts[each.file].content}\n".encode())
    return digest.hexdigest()
