"""The one dialog that makes a dataset of one's own pictures: an archive, pictures class by class, or a folder."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared.dialogs import dialog
from pages.shared.words import plain
from pages.shared.workbench import hosted, workbench

PACKED = ["zip", "tar", "gz", "tgz", "xz", "txz", "bz2", "tbz2", "npz", "npy"]
ARCHIVE, BY_CLASS, CAMERA, FOLDER = "An archive", "Files, class by class", "Camera, class by class", "A folder"


@dialog("Import pictures", width="medium")
def ask() -> None:
    """Ends by beginning the import, which the page then tells of."""
    way = st.segmented_control("From", ways(), default=ARCHIVE, required=True, key="datasets_import_way")
    waiting = workbench().collections()
    proposed = next(iter(waiting), "") if way in (BY_CLASS, CAMERA) else ""
    name = st.text_input("Name of the dataset", proposed, key=f"datasets_import_name_{way}", max_chars=64).strip()
    try:
        if way == ARCHIVE:
            _ask_for_an_archive(name)
        elif way == FOLDER:
            _ask_for_a_folder(name)
        else:
            _ask_class_by_class(name, way == CAMERA, waiting.get(name, {}))
    except ExplorerError as error:
        st.error(plain(error))


def ways() -> list[str]:
    return [ARCHIVE, BY_CLASS, CAMERA, *([] if hosted() else [FOLDER])]


def _ask_for_an_archive(name: str) -> None:
    st.caption("A zip or tar with a folder for each class, in train, val and test folders or not; or NumPy arrays.")
    given = st.file_uploader("Archive", PACKED, key="datasets_import_archive", on_change=_propose_a_name)
    if given and not name:
        st.caption("Give it a name above, to import it.")
    if st.button("Import", key="datasets_import_begin", type="primary", disabled=not (name and given)) and given:
        workbench().begin_import(name, upload=(given.name, given))
        st.rerun()


def _propose_a_name() -> None:
    """The archive's own, until somebody has typed another."""
    given, key = st.session_state["datasets_import_archive"], f"datasets_import_name_{ARCHIVE}"
    if given and not st.session_state.get(key):
        st.session_state[key] = re.sub(r"[^\w-]+", "_", given.name.split(".")[0]).strip("_")


def _ask_for_a_folder(name: str) -> None:
    st.caption("A folder of the machine that this page runs on, with a folder of pictures for each class.")
    path = st.text_input("Path of the folder", key="datasets_import_path").strip()
    if st.button("Import", key="datasets_import_begin", type="primary", disabled=not (name and path)):
        workbench().begin_import(name, path=path)
        st.rerun()


def _ask_class_by_class(name: str, by_camera: bool, counts: Mapping[str, int]) -> None:
    """Add to one class after the other; what was added waits in the home, also over a reload."""
    label = st.text_input("Class", key="datasets_import_class", placeholder="such as: cat").strip()
    given = _camera() if by_camera else _files()
    if st.button("Add to this class", key="datasets_import_add", disabled=not (name and label and given)):
        workbench().collect(name, label, [(each.name, each.getvalue()) for each in given])
        st.session_state["datasets_import_round"] = _round() + 1
        st.rerun(scope="fragment")
    if counts:
        told = ", ".join(f"{each} {count:,}" for each, count in counts.items())
        st.write(plain(f"Gathered so far: {told}."))
        _offer_to_import(name, counts)
    else:
        st.caption("A dataset needs at least two classes; about ten pictures of each make a first try worth it.")


def _offer_to_import(name: str, counts: Mapping[str, int]) -> None:
    words = f"Import {sum(counts.values()):,} pictures of {len(counts):,} classes"
    with st.container(horizontal=True):
        if st.button(words, key="datasets_import_begin", type="primary", disabled=len(counts) < 2):
            workbench().begin_import(name)
            st.rerun()
        if st.button("Throw them away", key="datasets_import_drop", type="tertiary"):
            workbench().drop_collection(name)
            st.rerun(scope="fragment")


def _files() -> Sequence[Any]:
    st.caption("Pasting works while this field has the focus.")
    key = f"datasets_import_files_{_round()}"
    return st.file_uploader("Pictures of this class", accept_multiple_files=True, key=key) or ()


def _camera() -> Sequence[Any]:
    shot = st.camera_input("One picture of this class", key=f"datasets_import_camera_{_round()}")
    return (shot,) if shot else ()


def _round() -> int:
    """After pictures were added the field begins anew, empty."""
    return st.session_state.get("datasets_import_round", 0)
