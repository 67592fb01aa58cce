"""Runs in milliseconds, for tests that care about what is made of a run and not about how it was trained."""

from tests.short_learner import record, short_learner

__all__ = ["record", "short_learner"]
