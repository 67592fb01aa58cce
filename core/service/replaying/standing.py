"""How a replay stands: the state of each member, and every claim beside what has come of it so far."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import ExplorerError
from core.recipe.replays import Card
from core.recipe.replays.claims import (
    Balance,
    Claim,
    Classes,
    Figure,
    Measured,
    Order,
    Right,
    SmallClasses,
    Times,
)
from core.runs.folders import read_json
from core.runs.record import Record
from core.runs.store import RunRow
from core.runs.sweeps import SweepRow
from core.service.replaying import telling
from core.service.replaying.judging import interval_told, judge_classes, judge_figure, judge_orders, unclaimed
from core.service.replaying.rows import NOT_JUDGED, Row, about, reasons
from core.service.replaying.trained import Trained
from core.service.showing import when
from core.service.sweeping import rolled_up

TELL: dict[type[Claim], Callable[..., Row]] = {
    Classes: judge_classes,
    Times: telling.tell_times,
    Measured: telling.tell_measure,
    SmallClasses: telling.tell_small_classes,
    Balance: telling.tell_balance,
}


def line(record: Record, sweep: SweepRow) -> dict[str, Any]:
    """A line in the list of replays; `own` is a card that somebody handed in."""
    asked = sweep.plan["replay"]
    return {
        "sweep": sweep.id,
        "name": sweep.name,
        "owner": sweep.owner,
        "created": when(sweep.created),
        "state": rolled_up(Counter(row.state for row in runs_of(record, sweep))),
        "form": asked["form"],
        "card": asked["card"],
        "own": asked["own"],
    }


def summary(record: Record, sweep: SweepRow) -> dict[str, Any]:
    """Everything about a replay: its members, its claims, and how many claims would differ by chance."""
    asked = sweep.plan["replay"]
    card, form = Card.parse(asked["card"]), asked["form"]
    trained = trained_of(record, sweep, card, form)
    differs = {name: differs_of(card, each) for name, each in trained.items()}
    rows = claims_beside(card, form, trained, differs)
    states = Counter(row.state for row in runs_of(record, sweep))
    return {
        "replay": card.name,
        "title": card.title,
        "question": card.question,
        "source": card.source,
        "form": form,
        "left_out": card.form(form).left_out,
        "sweep": sweep.id,
        "created": when(sweep.created),
        "state": rolled_up(states),
        "states": dict(sorted(states.items())),
        "chosen": asked["chosen"],
        "left_open": [{"question": each.question, "chosen": _value(each, asked["chosen"])} for each in card.left_open],
        "members": [_member(each, differs[name], rows) for name, each in trained.items()],
        "claims": [{**row.to_json(), "interval_told": interval_told(row)} for row in rows],
        "tally": tally_of(rows),
    }


def _value(each: Any, chosen: Mapping[str, str]) -> str:
    return chosen.get(each.name, each.chosen)


def runs_of(record: Record, sweep: SweepRow) -> list[RunRow]:
    return sorted(record.page(sweep=sweep.id), key=lambda row: row.number)


def trained_of(record: Record, sweep: SweepRow, card: Card, form: str) -> dict[str, Trained]:
    """Each member of the form with its runs, by what its recipes came to when it was begun."""
    by_hash = {row.recipe_hash: row for row in runs_of(record, sweep)}
    hashes: dict[str, list[str]] = {}
    for each in sweep.plan["members"]:
        hashes.setdefault(each["values"]["member"], []).append(each["hash"])
    return {
        name: Trained(
            record=record,
            member=card.by_name[name],
            rows=tuple(by_hash[hash] for hash in own if hash in by_hash),
            planned=len(own),
            form=form,
        )
        for name, own in hashes.items()
    }


def differs_of(card: Card, trained: Trained) -> list[str]:
    """What is other than the report's: said by the card, and what only the runs know."""
    left_out = [card.form(trained.form).left_out] if trained.form != "full" else []
    return [*left_out, *card.differs, *trained.member.differs, *_weights(trained)]


def _weights(trained: Trained) -> list[str]:
    """Pretrained weights are seldom the very ones that a report began with."""
    for row in trained.done[:1]:
        origin = (read_json(trained.record.folder(row.id) / "environment.json") or {}).get("origin") or {}
        if trained.record.store.recipe(row.id).get("pretrained") and origin:
            return [f"weights from {origin['hub']}" if "hub" in origin else f"weights as found here for {row.backbone}"]
    return []


def claims_beside(
    card: Card, form: str, trained: Mapping[str, Trained], differs: Mapping[str, Sequence[str]]
) -> list[Row]:
    """A row for every claim of the form, in the card's order."""
    claims = card.claims_of(form)
    orders = [claim for claim in claims if isinstance(claim, Order) and _all_there(claim, trained)]
    ordered = dict(zip(map(id, orders), _orders(orders, trained, differs), strict=True))
    return [ordered.get(id(claim)) or _row(claim, trained, differs) for claim in claims]


def _all_there(claim: Claim, trained: Mapping[str, Trained]) -> bool:
    return all(trained[name].done for name in claim.members)


def _orders(claims: list[Order], trained: Mapping[str, Trained], differs: Mapping[str, Sequence[str]]) -> list[Row]:
    try:
        rows = judge_orders(claims, trained, differs)
    except ExplorerError:  # one of them can't be compared: then each tells for itself
        return [_row(claim, trained, differs) for claim in claims]
    return [_unless_whole(claim, row, trained) for claim, row in zip(claims, rows, strict=True)]


def _row(claim: Claim, trained: Mapping[str, Trained], differs: Mapping[str, Sequence[str]]) -> Row:
    """The claim with whatever is there; without a run of each member there is nothing to tell."""
    if not _all_there(claim, trained):
        return Row(**about(claim, ()), reason=_missing(claim, trained))
    try:
        return _unless_whole(claim, _beside(claim, trained, differs), trained)
    except ExplorerError as error:
        return Row(**about(claim, ()), reason=str(error).rstrip("."))


def _beside(claim: Claim, trained: Mapping[str, Trained], differs: Mapping[str, Sequence[str]]) -> Row:
    if isinstance(claim, Figure | Right):
        return judge_figure(claim, trained[claim.member], differs[claim.member])
    if isinstance(claim, Order):
        return judge_orders([claim], trained, differs)[0]
    return TELL[type(claim)](claim, trained, differs)


def _unless_whole(claim: Claim, row: Row, trained: Mapping[str, Trained]) -> Row:
    """Nothing is judged before the last run of a member has ended."""
    missing = _missing(claim, trained)
    return replace(row, verdict=NOT_JUDGED, reason=reasons(missing, row.reason)) if missing else row


def _missing(claim: Claim, trained: Mapping[str, Trained]) -> str:
    return reasons(*(trained[name].missing for name in claim.members))


def _member(trained: Trained, differs: Sequence[str], rows: Sequence[Row]) -> dict[str, Any]:
    """A member with its first own figure, which is what a report gives first of it."""
    figures = (row for row in rows if row.kind in ("figure", "right") and row.members == (trained.member.name,))
    own = next(figures, None) or unclaimed(trained)
    states = Counter(row.state for row in trained.rows)
    return {
        "run": trained.rows[0].id if trained.rows else None,
        "runs": [row.id for row in trained.rows],
        "name": trained.member.name,
        "further": trained.member.further,
        "state": rolled_up(states),
        "states": dict(states),
        "planned": trained.planned,
        "done": len(trained.done),
        "seconds": [row.seconds for row in trained.done],
        "outcome": own.outcome,
        "outcome_told": f"{own.outcome_told} {interval_told(own)}".strip(),
        "interval": own.interval,
        "claim": own.claim,
        "verdict": own.verdict,
        "reason": own.reason,
        "differs": list(differs),
    }


def tally_of(rows: Sequence[Row]) -> dict[str, Any]:
    """How many claims were judged, and how many of so many would differ by chance."""
    from core.insight.verdicts import Tally

    tally = Tally(sum(row.verdict != NOT_JUDGED for row in rows))
    sentence = tally.sentence if tally.judged else "no claim was judged"
    return {"judged": tally.judged, "by_chance": tally.by_chance, "sentence": sentence}
