"""The cards that can be replayed: those that come with Thaw, and those that somebody hands in as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from core.catalog.replays import REPLAYS
from core.errors import NotFound, RecipeError, shown
from core.recipe.replays import Card

Document = Mapping[str, Any]
LARGEST = 1_000_000
"""Letters that a card may have."""


def document_of(given: str | Document) -> Document:
    """A card by the name of one that comes with Thaw, or as it was handed in."""
    if not isinstance(given, str):
        return given
    if given not in REPLAYS:
        known = ", ".join(REPLAYS)
        raise NotFound(f"There is no replay called {shown(given)}; there are {known}, and --card runs a card of yours.")
    return REPLAYS[given]


def is_of(replay: Mapping[str, Any], document: Document | None) -> bool:
    """Whether a replay was begun by this card, or by the one of this name that came with Thaw then."""
    if document is None or replay["card"] == document:
        return True
    return not replay["own"] and REPLAYS.get(replay["card"]["name"]) == document


def from_text(text: str) -> Document:
    """A card as somebody has written it, checked."""
    if len(text) > LARGEST:
        raise RecipeError("card", text[:40], f"it has {len(text):,} letters, and {LARGEST:,} are the most")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError("card", text[:40], f"it must be JSON ({error})") from None
    Card.parse(given)
    return given


def told(document: Document) -> dict[str, Any]:
    """A card as a list shows it."""
    card = Card.parse(document)
    return {
        "name": card.name,
        "title": card.title,
        "question": card.question,
        "source": card.source,
        "dataset": card.planned("quick")[0].recipe.dataset,
        "claims": [
            {
                "text": claim.words,
                "kind": claim.kind,
                "further": claim.further,
                "forms": [form for form in card.forms if claim in card.claims_of(form)],
                "members": list(claim.members),
                "published": claim.published,
            }
            for claim in card.claims
        ],
        "members": [{"name": member.name, "further": member.further} for member in card.members],
        "forms": {form: _form(card, form) for form in card.forms},
        "left_open": [_open(each) for each in card.left_open],
        "differs": list(card.differs),
    }


def _form(card: Card, form: str) -> dict[str, Any]:
    return {
        "left_out": card.form(form).left_out,
        "minutes": card.form(form).minutes,
        "runs": len({each.recipe.hash for each in card.planned(form)}),
    }


def _open(each: Any) -> dict[str, Any]:
    options = list(each.options or {})
    return {"question": each.question, "chosen": each.chosen, "name": each.name, "options": options}
