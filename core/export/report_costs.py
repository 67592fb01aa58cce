"""The part of a report on what it cost: seconds, parameters, memory, and the machine they were measured on."""

from collections.abc import Iterator
from typing import Any

from core.export.report_blocks import Block, Heading, Table, Words
from core.export.report_facts import Run, Study
from core.export.report_words import count, duration, listed, percent, size


def of_costs(study: Study) -> Iterator[Block]:
    yield Heading("What it cost", 3)
    columns = ("run", "time", "epochs", "per epoch", "pictures/s", "trained", "of all", "peak memory", "weights")
    yield Table("Time, size and memory", columns, tuple(map(_row, study.runs)))
    yield Words(f"Measured on {listed(sorted({machine_of(run) for run in study.runs}))}. {_explained(study)}")


def _row(run: Run) -> tuple[str, ...]:
    told, parameters = run.told, run.told["parameters"] or {}
    trained, total = parameters.get("trained"), parameters.get("total")
    return (
        run.label,
        duration(told["seconds"]),
        str(len(run.epochs)) if run.takes_steps else "–",
        duration(told["seconds"] / len(run.epochs)) if run.takes_steps and told["seconds"] else "–",
        _speed(run),
        count(trained),
        _part(trained / total) if total and trained is not None else "–",
        size(told["peak_memory"]),
        size(run.bytes),
    )


def _part(share: float) -> str:
    """Two digits that count: a head may be a ten-thousandth of its network."""
    return percent(share) if share >= 0.01 else f"{100 * share:.2g}%"


def _speed(run: Run) -> str:
    """The middle epoch's, for the first one warms up and caches make later ones faster."""
    speeds = sorted(each["pictures_per_second"] for each in run.epochs if each.get("pictures_per_second"))
    return f"{speeds[len(speeds) // 2]:,.0f}" if speeds and run.takes_steps else "–"


def machine_of(run: Run) -> str:
    there: dict[str, Any] = run.told.get("environment") or {}
    device, name = there.get("device", "a machine that was not recorded"), there.get("device_name")
    cores = f", {there['cores']} cores" if there.get("cores") else ""
    return f"{device}{f' ({name})' if name and name != device else ''}{cores}"


def _explained(study: Study) -> str:
    if any(epoch.get("cache") in ("computed", "reused") for run in study.runs for epoch in run.epochs):
        return (
            "Time is working time from start to end. What a frozen part says of a picture was computed once and kept, "
            "so a first run also pays for what later ones on the same pictures reuse."
        )
    return "Time is working time from start to end; the median epoch's speed is given."
