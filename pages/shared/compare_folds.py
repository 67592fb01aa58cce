"""Folded below a comparison: classes won, both matrices and their difference, and the same pictures told by each."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared import matrix, race_view
from pages.shared.folds import fold
from pages.shared.picture_list import picture_of
from pages.shared.verdicts import named
from pages.shared.words import percent, plain
from pages.shared.workbench import workbench

Found = Mapping[str, Any]
PICTURES = 12


def draw(ids: Sequence[str], names: Mapping[str, str], found: Found | None, raced: Found) -> None:
    if found:
        with fold("Class by class: who wins which, and both matrices", "compare_fold_classes") as opened:
            if opened:
                draw_contrast(ids, names, found["split"])
        with fold("The same pictures, as each run sees them", "compare_fold_pictures") as opened:
            if opened:
                draw_pictures(ids, names, found["split"])
    with fold("The fair race: at equal seconds, pictures or parameters", "compare_fold_race") as opened:
        if opened:
            race_view.draw_race(raced, names)
    with fold("What it cost: seconds, parameters, memory, size", "compare_fold_cost") as opened:
        if opened:
            race_view.draw_costs(raced, names)


def draw_contrast(ids: Sequence[str], names: Mapping[str, str], split: str) -> None:
    a, b = picked_pair(ids, names)
    if a == b:
        st.caption("Choose two different runs.")
        return
    told = workbench().contrast(a, b, split)
    st.markdown(f"{plain(named(told['sentence'], names))}.")
    rows = [
        {
            "class": each["label"],
            "pictures": each["pictures"],
            names[a]: _share(each["right_a"], each["pictures"], each["interval_a"]),
            names[b]: _share(each["right_b"], each["pictures"], each["interval_b"]),
            "only one right": f"{each['only_a_right']} : {each['only_b_right']}",
            "p after Holm": f"{each['p_adjusted']:.2g}",
            "won by": names[each["winner"]] if each["winner"] else "too close to call",
        }
        for each in told["classes"]
    ]
    st.dataframe(rows, hide_index=True, width="stretch")
    if told["confusion"] and len(told["labels"]) <= matrix.LARGEST_MATRIX:
        draw_matrices(told, names[a], names[b])
    else:
        st.caption("There are too many classes to draw their matrices.")


def picked_pair(ids: Sequence[str], names: Mapping[str, str]) -> tuple[str, str]:
    """With two runs there is nothing to choose."""
    if len(ids) == 2:
        return ids[0], ids[1]
    left, right = st.columns(2)
    for place, key in enumerate(("compare_a", "compare_b")):
        if st.session_state.get(key) not in ids:
            st.session_state[key] = ids[place]
    a = left.selectbox("First", ids, format_func=names.__getitem__, key="compare_a")
    b = right.selectbox("Second", ids, format_func=names.__getitem__, key="compare_b")
    return str(a), str(b)


def draw_matrices(told: Found, a: str, b: str) -> None:
    labels, columns = told["labels"], st.columns(2)
    for column, side, name in zip(columns, "ab", (a, b), strict=True):
        drawn = matrix.spec(labels, told["confusion"][side], name)
        column.vega_lite_chart(spec=drawn, width="stretch", key=f"compare_matrix_{side}", alt=f"Confusions of {name}")
    title = "First less second"
    drawn = matrix.difference_spec(labels, told["difference"], title)
    st.vega_lite_chart(spec=drawn, width="stretch", key="compare_difference", alt=title)
    st.caption(plain(f"Orange, plus: {a} has more pictures in the cell. Blue, minus: {b} has."))


def draw_pictures(ids: Sequence[str], names: Mapping[str, str], split: str) -> None:
    which = st.segmented_control("Which", ["disputed", "any"], default="disputed", key="compare_which")
    told = workbench().told_by_each(ids, split, PICTURES, which != "any")
    if not told["rows"]:
        st.caption("They agree on which pictures they get right.")
    grid = st.grid(4, min_column_width=140, gap="small")
    for row in told["rows"]:
        with grid.cell():
            st.image(picture_of(ids[0], split, row["index"]), width=96, output_format="PNG", alt=row["file"])
            st.caption(f"**{plain(row['true'])}** · {plain(row['file'])}")
            for run, said in row["said"].items():
                verdict = "right" if said["right"] else "wrong"
                words = f"{names[run]}: {said['predicted']}, {percent(said['confidence'])}, {verdict}"
                st.caption(plain(words))


def _share(right: int, pictures: int, ends: Sequence[float]) -> str:
    return f"{percent(right / pictures)} ({100 * ends[0]:.0f} to {100 * ends[1]:.0f})"
