"""A run of several processes: Ray Train starts them and connects them; each then does what one alone would do.

The first member speaks for all. A member that fails says why; one that vanishes, perhaps with its node, leaves the
others without a word too: then the run is begun again from its last snapshot. Ray Train itself tries nothing twice.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import ray
from ray.actor import ActorHandle
from ray.train import FailureConfig, RunConfig, ScalingConfig, get_context
from ray.train.torch import TorchConfig, TorchTrainer
from ray.train.v2.api.exceptions import TrainingFailedError

from core.engines.base import execute
from core.engines.cluster.desk import MemberDesk, RemoteDesk
from core.engines.cluster.node import lodging
from core.engines.cluster.packing import Luggage
from core.engines.cluster.rooms import Need
from core.engines.cluster.task import Order, here, line_to, log_of, made_ready, printed
from core.errors import Superseded, TrainingError


@ray.remote(num_cpus=0, max_retries=0, max_calls=1)
def train_together(keeper: ActorHandle, order: Order, luggage: Luggage, need: Need, members: int) -> None:
    """Start the members, and wait for them; what became of the run, they have said themselves."""
    gpus = need.get("GPU", 0)
    with tempfile.TemporaryDirectory() as storage, suppress(TrainingFailedError):
        TorchTrainer(
            _take_part,
            train_loop_config={"keeper": keeper, "order": order, "luggage": luggage},
            # Members that share a GPU can't talk over nccl.
            torch_config=TorchConfig(backend="nccl" if gpus >= 1 else "gloo"),
            scaling_config=ScalingConfig(num_workers=members, use_gpu=gpus > 0, resources_per_worker=dict(need)),
            run_config=RunConfig(storage_path=storage, failure_config=FailureConfig(max_failures=0)),
        ).fit()


def _take_part(told: dict[str, Any]) -> None:
    """One member's part. An error at its end lets Ray Train end the others, who would wait for it."""
    keeper, order = told["keeper"], told["order"]
    first = get_context().get_world_rank() == 0
    with lodging() as home:
        desk = (RemoteDesk if first else MemberDesk)(line_to(keeper, order), order.run, home)
        if first:
            desk.arrive(f"{here()}, by {get_context().get_world_size()} processes")
        with printed(desk.log):
            recipe = made_ready(desk, keeper, order, told["luggage"])
            if recipe:
                execute(recipe, log_of(desk, order), order.device, _members())
        if not desk.finished:
            raise TrainingError(f"This member of the run {order.run} could not go on.")


def _members() -> Any:
    from core.training.ranks import Ranks  # torch loads here

    class Members(Ranks):
        """That one has vanished is the keeper's affair: it knows whether the run goes on."""

        def _meet(self, meeting: Callable[..., Any], *args: Any, **options: Any) -> Any:
            try:
                return super()._meet(meeting, *args, **options)
            except TrainingError as error:
                raise Superseded(str(error)) from error

    return Members()
