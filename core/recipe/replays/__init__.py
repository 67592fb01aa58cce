"""A published experiment as data: what is trained, what was published of it, and what its report left open."""

from core.recipe.replays.card import Card, Planned

__all__ = ["Card", "Planned"]
