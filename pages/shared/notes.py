"""What people write on a run: its name, a note, tags, its priority; and its end."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.shared.dialogs import dialog
from pages.shared.folds import fold
from pages.shared.frame import mishaps_told
from pages.shared.words import plain
from pages.shared.workbench import workbench

Seen = Mapping[str, Any]


def draw(seen: Seen) -> None:
    run = seen["run"]
    tags = ", ".join(seen["tags"]) or "no tags"
    with fold(
        f"Name, note and tags: {plain(_short(seen['note']) or 'no note')}; {plain(tags)}", "watch_notes"
    ) as is_open:
        if is_open and "write" not in seen["may"]:
            st.text("\n".join([seen["name"], seen["note"], tags]))
        elif is_open:
            mark = _mark(seen)
            with st.form(f"watch_notes_{mark}", border=False):
                _draw_form(seen, mark)
            if "delete" in seen["may"] and st.button("Delete this run", key="watch_delete"):
                confirm_deletion(run, seen["name"])


def _mark(seen: Seen) -> str:
    """What was written anew by another visitor is another form: nothing of theirs is put back."""
    return f"{seen['run']}_{hash((seen['name'], seen['note'], *seen['tags'], seen['priority']))}"


def _draw_form(seen: Seen, mark: str) -> None:
    name = st.text_input("Name", seen["name"], key=f"watch_name_{mark}")
    note = st.text_area("Note", seen["note"], key=f"watch_note_{mark}")
    tags = st.multiselect(
        "Tags",
        seen["tags"],
        default=seen["tags"],
        accept_new_options=True,
        key=f"watch_tags_{mark}",
        placeholder="Type one",
    )
    waits = "prioritise" in seen["may"]
    priority = st.number_input(
        "Priority (higher goes first among your own)",
        value=seen["priority"],
        key=f"watch_priority_{mark}",
        disabled=not waits,
    )
    if st.form_submit_button("Save"):
        with mishaps_told():
            _save(seen, name or "", note or "", tags, int(priority) if waits else seen["priority"])
            st.rerun()


def _save(seen: Seen, name: str, note: str, tags: list[str], priority: int) -> None:
    """Only what was changed: another visitor may have changed the rest."""
    bench, run = workbench(), seen["run"]
    if name != seen["name"]:
        bench.rename(run, name)
    if note != seen["note"]:
        bench.note(run, note)
    if set(tags) != set(seen["tags"]):
        bench.tag(run, set(tags) - set(seen["tags"]), set(seen["tags"]) - set(tags))
    if priority != seen["priority"]:
        bench.prioritise(run, priority)


@dialog("Delete this run?")
def confirm_deletion(run: str, name: str) -> None:
    st.write(f"The run {plain(name)} ({run}), its weights and its predictions will be gone for good.")
    with mishaps_told():
        if st.button("Delete it", key="watch_delete_yes", type="primary"):
            workbench().delete(run)
            forget(run)
            st.rerun()


def forget(run: str) -> None:
    """No page is to ask for it any more."""
    for key in ("last_run", "watch_run"):
        if st.session_state.get(key) == run:
            del st.session_state[key]
    st.query_params.from_dict({})


def _short(note: str, most: int = 60) -> str:
    return note if len(note) <= most else f"{note[:most]}…"
