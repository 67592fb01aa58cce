"""A path of heads: a slider goes along its penalties, and shows what each head has right and what is left of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared import matrix, path_charts
from pages.shared.frame import mishaps_told
from pages.shared.words import percent, with_interval
from pages.shared.workbench import workbench

Found = Mapping[str, Any]


def draw(run: str) -> None:
    """By itself: the slider moves nothing else on its page."""
    st.fragment(walk)(run)


def walk(run: str) -> None:
    with mishaps_told():
        found = workbench().path(run)
        st.subheader("Along the path of penalties", anchor=False)
        tell_best(found)
        heads = of_one_rate(found)
        place = picked_penalty(found, heads)
        head = picked_seed(found, heads[place])
        draw_charts(heads, found["kind"], place)
        draw_head(run, found, head, heads[place])


def draw_charts(heads: Sequence[Sequence[Found]], kind: str, place: int) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.vega_lite_chart(path_charts.accuracy(heads, place), width="stretch", key="watch_path_accuracy")
    with right:
        st.vega_lite_chart(path_charts.left_over(heads, kind, place), width="stretch", key="watch_path_left")
    st.caption(noise_of(heads))


def tell_best(found: Found) -> None:
    best, epoch, count = best_of(found), found["best"]["epoch"] + 1, len(found["heads"])
    if count == 1:
        st.markdown(f"One head learned; its best epoch was {epoch}.")
        return
    st.markdown(
        f"{count:,} heads learned at once, each what it would learn alone; here they stand as after the last epoch. "
        f"The run's best is the one with {penalty_of(found, best)}, as after epoch {epoch}."
    )


def best_of(found: Found) -> Found:
    return found["heads"][found["best"]["number"]]


def penalty_of(found: Found, head: Found) -> str:
    """ "l1 0.012, seed 3": seed and rate only where there are several."""
    several = [
        f"{name} {head[name]:g}" for name in ("seed", "rate") if len({each[name] for each in found["heads"]}) > 1
    ]
    penalty = f"{found['kind']} {head['penalty']:.2g}" if head["penalty"] else "no penalty"
    return ", ".join([penalty, *several])


def of_one_rate(found: Found) -> list[list[Found]]:
    """Per penalty, strongest first, the heads of all seeds."""
    rates, best = list(dict.fromkeys(each["rate"] for each in found["heads"])), best_of(found)["rate"]
    rate = best
    if len(rates) > 1:
        key = f"watch_path_rate_{found['run']}"
        rate = st.segmented_control("Rate", rates, format_func="{:g}".format, default=best, required=True, key=key)
    heads: dict[float, list[Found]] = {}
    for each in (each for each in found["heads"] if each["rate"] == rate):
        heads.setdefault(each["penalty"], []).append(each)
    return list(heads.values())


def picked_penalty(found: Found, heads: Sequence[Sequence[Found]]) -> int:
    """Its place on the path; at first the best one's."""
    penalties = [same[0]["penalty"] for same in heads]
    best = penalties.index(best_of(found)["penalty"])
    if len(penalties) == 1:
        return 0
    return st.select_slider(
        f"Penalty ({found['kind']})",
        list(range(len(penalties))),
        value=best,
        format_func=lambda at: path_charts.named(penalties[at]),
        key=f"watch_path_place_{found['run']}",
    )


def picked_seed(found: Found, same: Sequence[Found]) -> Found:
    if len(same) == 1:
        return same[0]
    seeds = [each["seed"] for each in same]
    first = seeds.index(best_of(found)["seed"])
    seed = st.selectbox("Seed", seeds, index=first, key=f"watch_path_seed_{found['run']}", width=160)
    return next(each for each in same if each["seed"] == seed)


def noise_of(heads: Sequence[Sequence[Found]]) -> str:
    seeds = len(heads[0])
    if seeds == 1:
        return "The band is the noise of validation: how far its figure may be off, for so many pictures."
    return f"The lines are means over {seeds} seeds; the bands reach from the lowest of them to the highest."


def draw_head(run: str, found: Found, head: Found, same: Sequence[Found]) -> None:
    st.markdown(told(found, head, same))
    said = workbench().head(run, head["number"])
    if said["confusion"] and len(said["classes"]) <= matrix.LARGEST_MATRIX:
        title = f"Confusions with {penalty_of(found, head)}, validation"
        spec = matrix.spec(said["classes"], said["confusion"], title)
        st.vega_lite_chart(spec=spec, width="stretch", key="watch_path_confusions", alt=title)


def told(found: Found, head: Found, same: Sequence[Found]) -> str:
    name = penalty_of(found, head)
    if head["val_loss"] is None:
        return f"With {name} this head has lost its way: its figures are no numbers any more."
    score = {**head, "accuracy": head["val_accuracy"], "right": head["val_right"], "n": found["n"]}
    left = f"{head['nonzero']:,} of {found['weights']:,} weights are not zero, their length is {head['norm']:.3g}"
    accuracies = [each["val_accuracy"] for each in same]
    spread = (
        f"; over {len(same)} seeds {percent(min(accuracies))} to {percent(max(accuracies))}" if len(same) > 1 else ""
    )
    return (
        f"With {name}: **{with_interval(score)}** validation pictures right{spread}, {percent(head['train_accuracy'])} "
        f"of the training pictures; {left}."
    )
