"""Claims without a rule for a verdict, told with what was measured: times, costs, small classes, balance."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from core.recipe.replays.claims import Balance, Measured, SmallClasses, Times
from core.runs.folders import read_json
from core.service.replaying.judging import both
from core.service.replaying.rows import WITHOUT_TEST, Row, about, reasons, smaller
from core.service.replaying.trained import Trained

if TYPE_CHECKING:
    from core.insight.mistakes import Guesses

Several = Mapping[str, Trained]
Differs = Mapping[str, Sequence[str]]


def why(trained: Trained) -> str:
    return reasons(smaller(trained.form), WITHOUT_TEST)


def tell_times(claim: Times, trained: Several, differs: Differs) -> Row:
    """How many times faster: the range over the runs, seed by seed."""
    from core.insight.verdicts import time_ratio

    slower, faster = trained[claim.slower], trained[claim.faster]
    pairs = _paired(list(_seconds(slower, claim.slower_phases)), list(_seconds(faster, claim.faster_phases)))
    ratio = time_ratio(
        [slow / max(fast, 1e-9) for slow, fast in pairs],
        machine=machine_of(faster),
        published=claim.value,
        published_machine=claim.machine,
    )
    spent = f"{_mean(slow for slow, _ in pairs):.3g} s against {_mean(fast for _, fast in pairs):.3g} s"
    told = f"{ratio.low:.3g}" if len(pairs) == 1 else f"{ratio.low:.3g} to {ratio.high:.3g}"
    return Row(
        **about(claim, both(claim.members, differs)),
        claim=claim.value,
        outcome=_mean(slow for slow, _ in pairs) / max(_mean(fast for _, fast in pairs), 1e-9),
        outcome_told=f"{told} times ({spent}), on {ratio.machine}",
        interval=(ratio.low, ratio.high),
        reason=reasons(why(faster), "" if len(pairs) >= 3 else "a range takes three repetitions"),
    )


def _paired(slower: list[float], faster: list[float]) -> list[tuple[float, float]]:
    """Seed by seed; the one run of a learner without randomness stands beside each of the other's."""
    if len(faster) == 1 or len(slower) == 1:
        return [(slow, fast) for slow in slower for fast in faster]
    return list(zip(slower, faster, strict=False))


def _seconds(trained: Trained, phases: Sequence[str]) -> Iterator[float]:
    for row, said in zip(trained.done, trained.last_words(), strict=True):
        yield sum(said["seconds"].get(phase, 0.0) for phase in phases) if phases else row.seconds or 0.0


def machine_of(trained: Trained) -> str:
    environment = read_json(trained.record.folder(trained.done[0].id) / "environment.json") or {}
    name, cores = environment.get("device_name"), environment.get("cores")
    return f"{name or 'an unnamed machine'}" + (f" with {cores} cores" if cores else "")


def tell_measure(claim: Measured, trained: Several, differs: Differs) -> Row:
    """What is measured of each member, with the range over its seeds."""
    found = {
        name: [each for each in MEASURED[claim.measure](trained[name]) if each is not None] for name in claim.names
    }
    known = {name: values for name, values in found.items() if values}
    first = known.get(claim.names[0])
    return Row(
        **about(claim, both(claim.members, differs)),
        outcome=_mean(first) if first else None,
        outcome_told="; ".join(f"{name} {_ranged(values, UNITS[claim.measure])}" for name, values in known.items())
        or "nothing was measured",
        each=tuple(first or ()),
        reason=why(trained[claim.names[0]]),
    )


def _ranged(values: Sequence[float], unit: Callable[[float], str]) -> str:
    mean = unit(_mean(values))
    return mean if len(values) == 1 else f"{mean} ({unit(min(values))} to {unit(max(values))})"


def _by_epochs(measure: str, trained: Trained) -> Iterator[float | None]:
    from core.insight import pace

    for epochs in trained.epochs():
        yield getattr(pace, measure)(epochs)


def _gap(trained: Trained) -> Iterator[float | None]:
    """Of those runs whose training pictures were looked at again."""
    for row, guesses in zip(trained.done, trained.guesses("val", "best"), strict=True):
        fitted = fit_of(trained, row.id)
        yield None if fitted is None else fitted - float(guesses.right.mean())


def fit_of(trained: Trained, run: str) -> float | None:
    """What its best weights get right of the pictures they have learned from, if that was measured."""
    kept = read_json(trained.record.folder(run) / FIT)
    return None if kept is None else kept["right"] / kept["n"]


FIT = "fit.json"


def _trained(trained: Trained) -> Iterator[float]:
    return (float(said["parameters"]["trained"]) for said in trained.first_words())


def _bytes(trained: Trained) -> Iterator[float]:
    for row in trained.done:
        yield float((trained.record.folder(row.id) / "best" / "model.safetensors").stat().st_size)


MEASURED: dict[str, Callable[[Trained], Iterable[float | None]]] = {
    "seconds": lambda trained: [row.seconds for row in trained.done],
    **{name: partial(_by_epochs, name) for name in ("epochs_to_95", "seconds_to_95", "roughness", "fall")},
    "gap": _gap,
    "trained": _trained,
    "peak_memory": lambda trained: [float(said["peak_memory"]) for said in trained.last_words()],
    "bytes": _bytes,
}
UNITS: dict[str, Callable[[float], str]] = {
    "seconds": lambda value: f"{value:.3g} s",
    "epochs_to_95": lambda value: f"{value:.3g} epochs",
    "seconds_to_95": lambda value: f"{value:.3g} s",
    "roughness": lambda value: f"{value:.3g}",
    "fall": lambda value: f"{100 * value:.1f} points",
    "gap": lambda value: f"{100 * value:+.1f} points",
    "trained": lambda value: f"{value:,.0f} parameters",
    "peak_memory": lambda value: f"{value / 1e6:,.0f} MB",
    "bytes": lambda value: f"{value / 1e6:,.1f} MB",
}


def tell_small_classes(claim: SmallClasses, trained: Several, differs: Differs) -> Row:
    """Of the classes with few pictures: what each member found, and in how many it found nothing."""
    told = {name: [_small(each, claim.at_most) for each in _said(claim, trained[name])] for name in claim.names}
    found = {name: [right for right, _ in each] for name, each in told.items()}
    first = found[claim.names[0]]
    sizes = next(iter(told.values()))[0][1]
    return Row(
        **about(claim, both(claim.members, differs)),
        outcome=float(_mean(_missed(right) for right in first)),
        outcome_told="; ".join(_of_small(name, rights, sizes) for name, rights in found.items()),
        reason=why(trained[claim.names[0]]),
    )


def _said(claim: Any, trained: Trained) -> "list[Guesses]":
    return trained.guesses(claim.split, claim.epoch)


def _small(guesses: "Guesses", at_most: int) -> tuple[list[int], list[int]]:
    """Right answers and pictures of each small class."""
    import numpy as np

    support = np.bincount(guesses.labels, minlength=len(guesses.classes))
    right = np.bincount(guesses.labels[guesses.right], minlength=len(guesses.classes))
    small = np.flatnonzero((support > 0) & (support <= at_most))
    return right[small].tolist(), support[small].tolist()


def _missed(right: Sequence[int]) -> int:
    return sum(each == 0 for each in right)


def _of_small(name: str, rights: Sequence[Sequence[int]], sizes: Sequence[int]) -> str:
    mean = _mean(sum(right) for right in rights)
    missed = _mean(_missed(right) for right in rights)
    return f"{name} {mean:.3g} of {sum(sizes)} in {len(sizes)} small classes, nothing in {missed:.3g}"


def tell_balance(claim: Balance, trained: Several, differs: Differs) -> Row:
    import numpy as np

    labels = _said(claim, trained[claim.member])[0].labels
    counts = np.bincount(labels)
    counts = counts[counts > 0]
    return Row(
        **about(claim, both(claim.members, differs)),
        outcome=float(counts.max() / counts.min()),
        outcome_told=f"{len(counts)} classes of {counts.min():,} to {counts.max():,} pictures: the largest has "
        f"{counts.max() / counts.min():.3g} times as many as the smallest",
        reason=why(trained[claim.member]),
    )


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
