"""Published experiments that are replayed at one click: each a card in the JSON form in which anybody can write one.

`docs/replays.md` tells the form. A card is offered once every learner that it names is there.
"""

from collections.abc import Mapping
from typing import Any

from core.catalog.learners import LEARNERS
from core.catalog.replays.boats import BOATS
from core.catalog.replays.cifar import CIFAR
from core.catalog.replays.fashion import FASHION
from core.catalog.replays.hymenoptera import HYMENOPTERA
from core.catalog.replays.sums import SUMS

Document = Mapping[str, Any]

CARDS: tuple[Document, ...] = (FASHION, CIFAR, HYMENOPTERA, BOATS, SUMS)


def learners_of(card: Document) -> set[str]:
    """The learners that its members name."""
    named = [member.get("recipe", {}).get("learner", "network") for member in card["members"]]
    return {each if isinstance(each, str) else each["name"] for each in named}


REPLAYS: dict[str, Document] = {
    card["name"]: card for card in CARDS if all(each in LEARNERS for each in learners_of(card))
}
