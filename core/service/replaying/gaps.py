"""Which runs of a replay must look at their training pictures again, for a claim about overfitting."""

from core.recipe.replays import Card
from core.recipe.replays.claims import Measured
from core.runs.record import Record
from core.runs.sweeps import SweepRow
from core.service.replaying.standing import trained_of
from core.service.replaying.telling import FIT


def unmeasured(record: Record, sweep: SweepRow) -> list[str]:
    """The finished runs of the members whose gap is claimed, that nobody has measured yet."""
    asked = sweep.plan.get("replay")
    if asked is None:
        return []
    card = Card.parse(asked["card"])
    claims = [claim for claim in card.claims_of(asked["form"]) if isinstance(claim, Measured)]
    names = {name for claim in claims if claim.measure == "gap" for name in claim.names}
    trained = trained_of(record, sweep, card, asked["form"])
    runs = [row.id for name in names for row in trained[name].done]
    return [run for run in dict.fromkeys(runs) if not (record.folder(run) / FIT).exists()]
