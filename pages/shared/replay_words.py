"""A replay in words: its rows as a table, and how far it has come."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages.shared.words import counted, duration

Told = Mapping[str, Any]

SMALLER = "The {form} form is smaller on purpose, so nothing here is judged against what was published."


def lasts(form: Told) -> str:
    """ "about 2 minutes, 4 runs"."""
    runs = counted(form["runs"], "run")
    if not form["minutes"]:
        return runs
    minutes = form["minutes"]
    long = counted(round(minutes), "minute") if minutes < 90 else counted(round(minutes / 60), "hour")
    return f"about {long} on two cores, {runs}"


def claim_rows(found: Told) -> list[dict[str, str]]:
    return [
        {
            "claim": each["text"],
            "published": each["claim_told"],
            "outcome here": f"{each['outcome_told']} {each['interval_told']}".strip(),
            "verdict": each["verdict"],
            "why": "; ".join(part for part in (each["reason"], each["note"]) if part),
        }
        for each in found["claims"]
    ]


def member_rows(found: Told, at_work: Mapping[str, str]) -> list[dict[str, str]]:
    """`at_work` says of each run that learns now how far it is."""
    return [
        {
            "member": each["name"],
            "state": "; ".join(at_work[run] for run in each["runs"] if run in at_work) or each["state"],
            "done": f"{each['done']} of {each['planned']}",
            "time": duration(sum(filter(None, each["seconds"]))) if each["seconds"] else "–",
            "differs from the report": "; ".join(part for part in each["differs"] if part != found["left_out"]),
        }
        for each in found["members"]
    ]


def how_far(seen: Told) -> str:
    """ "running: epoch 3 of 10"."""
    if not seen["planned_epochs"]:
        return seen["state"]
    return f"{seen['state']}: {seen['epochs_done']} of {counted(seen['planned_epochs'], seen['round'])}"


def progress(found: Told) -> tuple[float, str]:
    """The share that is done, and the sentence beside it."""
    done, total = found["states"].get("done", 0), sum(found["states"].values())
    said = ", ".join(f"{count} {state}" for state, count in found["states"].items())
    return done / max(1, total), f"The {found['form']} form: {said or 'no runs are left'}"


def figures(found: Told) -> list[dict[str, Any]]:
    """Accuracies of members, as a chart shows them; what was published stands there only beside the full form."""
    return [
        {
            "claim": each["text"].partition(":")[0],
            "outcome": each["outcome"],
            "low": each["interval"][0],
            "high": each["interval"][1],
            "published": each["claim"] if found["form"] == "full" else None,
            "said": f"{each['outcome_told']} {each['interval_told']}",
        }
        for each in found["claims"]
        if each["kind"] == "figure" and each["outcome"] is not None and "accuracy" in each["text"]
    ]


def title(found: Told) -> str:
    return "Accuracies here" + ("" if found["form"] == "full" else f", {found['form']} form")


def runs_of(found: Told) -> list[tuple[str, str]]:
    """Every run that has ended well, with the words to choose it by."""
    members: Sequence[Told] = found["members"]
    return [
        (run, f"{each['name']}{f', seed {place}' if len(each['runs']) > 1 else ''} · {run}")
        for each in members
        for place, run in enumerate(each["runs"])
    ]
