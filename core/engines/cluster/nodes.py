"""The cluster as the keeper sees it: which nodes there are, and what an autoscaler is told to have ready."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import ray
from ray.autoscaler.sdk import request_resources

from core.engines.cluster.rooms import Need, Node

SECONDS_BETWEEN_LOOKS = 1.0
MOST_DEMANDED = 100
"""Processes that an autoscaler is told of: more at once would rather be a mistake than a wish."""


@dataclass
class Nodes:
    """The nodes that are alive; asked for once a second."""

    _seen: list[Node] = field(default_factory=list)
    _seen_at: float = float("-inf")
    _demanded: list[dict[str, float]] = field(default_factory=list)

    def __call__(self) -> list[Node]:
        now = time.monotonic()
        if now - self._seen_at >= SECONDS_BETWEEN_LOOKS:
            told = [each for each in ray.nodes() if each["Alive"]]
            self._seen = [Node(each["NodeID"], each["NodeManagerAddress"], each["Resources"]) for each in told]
            self._seen_at = now
        return self._seen

    def demand(self, needs: Sequence[Need]) -> None:
        """What runs need, those at work included: without an autoscaler nobody reads it."""
        wanted = [dict(need) for need in needs[:MOST_DEMANDED]]
        if wanted != self._demanded:
            request_resources(bundles=wanted)
            self._demanded = wanted
