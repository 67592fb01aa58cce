"""Pictures that a visitor asks about: dropped, pasted, taken by the camera, or of the run's own test split."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared.identity import person
from pages.shared.words import plain
from pages.shared.workbench import workbench

SAMPLES = 8
SIDE = 128
KINDS = ("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "ppm", "pgm")


@dataclass(frozen=True)
class Asked:
    """One picture: its bytes, the name it goes by here, and what it truly shows where that is known."""

    name: str
    content: bytes
    truth: str | None = None

    @property
    def key(self) -> str:
        return hashlib.blake2b(self.content, digest_size=16).hexdigest()


def gather(run: str) -> list[Asked]:
    """Draw the ways in which pictures come, and answer with those that are there."""
    dropped = st.file_uploader(
        "Pictures of your own", type=list(KINDS), accept_multiple_files=True, key="predict_files"
    )
    st.caption("To paste one, click into the field first, then press Ctrl-V. They are forgotten when you leave.")
    chosen = _chosen_samples(run)
    taken = _taken()
    given = [Asked(each.name, each.getvalue()) for each in [*dropped, *([taken] if taken else [])]]
    return [*_named_apart([*given, *chosen])]


def try_first(run: str) -> None:
    """What the button of the empty page does: take the first sample."""
    st.session_state[_key(run)] = [0]


def has_samples(run: str) -> bool:
    return bool(_samples(run, person().id)[0])


def _chosen_samples(run: str) -> list[Asked]:
    samples, missing = _samples(run, person().id)
    if missing:
        st.caption(plain(missing))
    if not samples:
        return []
    st.write("Or pictures of its own test split, which it has not learned from:")
    grid = st.grid(SAMPLES, min_column_width=72, gap="xsmall")
    for number, each in enumerate(samples, 1):
        picture = workbench().picture(run, each["split"], each["index"], SIDE) or each["picture"]
        grid.image(picture, str(number), width="stretch", alt=f"picture {number} of the test split")
    numbers = st.pills(
        "Which of them",
        range(len(samples)),
        format_func=lambda place: str(place + 1),
        selection_mode="multi",
        key=_key(run),
    )
    return [Asked(each["file"], each["picture"], each["label"]) for each in (samples[place] for place in numbers)]


def _key(run: str) -> str:
    return f"predict_samples_{run}"


@st.cache_data(show_spinner=False, max_entries=30, ttl=600)
def _samples(run: str, person: str) -> tuple[list[dict[str, Any]], str]:
    """The samples as a person may see them; or none, and why."""
    try:
        return workbench().samples(run, SAMPLES), ""
    except ExplorerError as error:
        return [], str(error)


def _taken() -> Any:
    """The camera is asked for only where somebody wants it: a browser would ask for permission at once."""
    fold = st.expander("A picture from the camera", key="predict_camera_fold", on_change="rerun")
    if not fold.open:
        return None
    return fold.camera_input("Take a picture", key="predict_camera")


def _named_apart(pictures: Iterable[Asked]) -> Iterable[Asked]:
    """Two of the same name are two."""
    seen: dict[str, int] = {}
    for each in pictures:
        seen[each.name] = seen.get(each.name, 0) + 1
        yield each if seen[each.name] == 1 else replace(each, name=f"{each.name} ({seen[each.name]})")
