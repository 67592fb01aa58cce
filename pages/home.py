"""Home: the finished runs, and one of them in full."""

from typing import Any

import streamlit as st

from core.errors import ExplorerError
from pages.shared import charts
from pages.shared.gate import enter
from pages.shared.matrix import LARGEST_MATRIX, matrix
from pages.shared.words import duration, percent, plain, with_interval
from pages.shared.workbench import workbench

enter()

FINISHED = ("done", "stopped", "failed", "diverged", "lost")
AT_ONCE = 50


def draw() -> None:
    st.title("Thaw")
    st.write("Watch a frozen network thaw: what it learned, what it gets wrong, and how sure one can be of either.")
    try:
        runs = [run for run in workbench().runs() if run["state"] in FINISHED]
        if runs:
            draw_list(runs)
            draw_run(chosen(runs))
        else:
            draw_beginning()
    except ExplorerError as error:
        st.error(plain(error))


def draw_beginning() -> None:
    """Nothing was trained yet: say how, in the one way there is."""
    st.subheader("No run has finished yet")
    st.write("Make one in a terminal, in the project's folder; it learns handwritten digits in well under a minute:")
    st.code("python -m core train", language="bash")
    st.write("`python -m core train --help` tells every choice with its sentence. Reload this page when it is done.")
    st.button("Look again", type="primary")


def draw_list(runs: list[dict[str, Any]]) -> None:
    st.subheader("Finished runs")
    rows = [
        {
            "run": run["run"],
            "accuracy on validation": score_of(run),
            "dataset": run["dataset"],
            "backbone": run["backbone"],
            "strategy": run["strategy"],
            "state": run["state"],
            "time": duration(run["seconds"]),
            "name": run["name"],
        }
        for run in runs[:AT_ONCE]
    ]
    st.dataframe(rows, width="stretch", hide_index=True)
    if len(runs) > AT_ONCE:
        st.caption(f"The newest {AT_ONCE} of {len(runs):,}; `python -m core runs` lists them all.")


@st.cache_data(show_spinner=False, max_entries=1000)
def shown(run: str, state: str) -> dict[str, Any]:
    """A finished run never changes, so it is worked out once; the state is part of the key."""
    return workbench().show(run)


def score_of(run: dict[str, Any]) -> str:
    try:
        return with_interval(shown(run["run"], run["state"]).get("val"))
    except ExplorerError:
        return percent(run["accuracy"])


def chosen(runs: list[dict[str, Any]]) -> dict[str, Any]:
    names = {run["run"]: f"{run['name']} ({run['run']})" for run in runs}
    picked = (
        st.selectbox("Run", list(names), format_func=names.__getitem__, key="run", bind="query-params")
        or runs[0]["run"]
    )
    return shown(picked, next(run["state"] for run in runs if run["run"] == picked))


def draw_run(run: dict[str, Any]) -> None:
    st.subheader("The run in full")
    score, split = (run["test"], "test") if run.get("test") else (run.get("val"), "validation")
    st.markdown(f"**{with_interval(run.get('val'))}** right on validation, at the best epoch.")
    if run.get("test"):
        st.markdown(f"**{with_interval(run['test'])}** right on the test pictures, which chose nothing.")
    if run["state"] != "done":
        st.warning(plain(f"This run is {run['state']}. {run.get('reason') or ''}"))
    if run["epochs"]:
        draw_curves(run)
    if score:
        draw_confusions(score, split)


def draw_curves(run: dict[str, Any]) -> None:
    epochs, best = run["epochs"], run["best_epoch"]
    left, right = st.columns(2)
    left.altair_chart(charts.curve(epochs, "loss", "Loss: lower is better", "nats", best), width="stretch")
    right.altair_chart(charts.curve(epochs, "accuracy", "Accuracy: higher is better", "share", best), width="stretch")
    with st.expander("The curves as a table"):
        fields = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
        rows = [{"epoch": each["epoch"] + 1, **{field: each.get(field) for field in fields}} for each in epochs]
        st.dataframe(rows, hide_index=True)


def draw_confusions(score: dict[str, Any], split: str) -> None:
    left, right = st.columns([3, 2])
    if score["confusion"] and len(score["classes"]) <= LARGEST_MATRIX:
        left.altair_chart(matrix(score, f"Confusions on the {split} split"), width="stretch")
    else:
        left.dataframe(score["top_confusions"], width="stretch", hide_index=True)
    fields = ("label", "precision", "recall", "f1", "support")
    rows = [{field: each[field] for field in fields} for each in score["classes"]]
    shares = {field: st.column_config.NumberColumn(format="percent") for field in ("precision", "recall", "f1")}
    right.dataframe(rows, width="stretch", hide_index=True, column_config=shares)


draw()
