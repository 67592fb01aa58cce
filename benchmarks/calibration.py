"""What a plan gains, and what finding it costs: `python -m benchmarks.calibration [--networks resnet18 vgg11]`.

Steps with the plan that calibration found and naive ones (float32, contiguous) take turns on the same noise; both hold
freed memory, which benchmarks.allocator measures. The cost of calibration, found anew in each round, is a share of the
shortest run that pays for it: all of it, and the glance at precisions alone that shorter runs take. Last, the loop with
augmentation from the pixel cache beside the same loop on tensors that are ready: the share of its time for which the
network is busy.
"""

import argparse
import copy
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch.nn import functional

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.turns import in_turn
from core.home import Home
from core.recipe import Recipe
from core.training.calibrating import Work
from core.training.memory import hold_freed_memory
from core.training.model import Net, build
from core.training.plan import WORTH_A_GLANCE, WORTH_MEASURING, Plan, make_plan
from core.training.session import Session
from core.training.team import ALONE

NETWORKS = ("resnet18", "resnet50", "vit_tiny_patch16_224", "mobilenetv3_small_100", "efficientnet_b0")
SIZE, BATCH = 224, 32
SHORTEST = {"calibration": -(-WORTH_MEASURING // BATCH), "a glance": -(-WORTH_A_GLANCE // BATCH)}
"""Steps of the shortest run that takes the trouble."""
CPU = torch.device("cpu")
NAIVE = Plan(memory_format="contiguous")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--networks", nargs="*", default=NETWORKS)
    asked.add_argument("--dataset", default="hymenoptera", help="for the loop with augmentation; '' for none")
    asked.add_argument("--rounds", type=at_least(1), default=3)
    answer(asked, measured)


def measured(given: argparse.Namespace) -> Iterator[Figure]:
    hold_freed_memory()
    for name in given.networks:
        yield from _of_network(name, given.rounds)
    if given.dataset:
        yield _busy(given.dataset, given.rounds)


def _of_network(name: str, rounds: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        net = build(Recipe(backbone=name, pretrained=False, image_size=(SIZE, SIZE)), ("a", "b"), home)
        everything = frozenset(each for each, _ in net.model.named_parameters())
        work = Work(net, CPU, everything, kept=False, batch_size=BATCH, steps=SHORTEST["calibration"])
        found = {what: _found(replace(work, steps=steps), home, rounds) for what, steps in SHORTEST.items()}
        _, plan = found["calibration"]
        taken = in_turn({"naive": _stepping(net, NAIVE), "planned": _stepping(net, plan)}, rounds)
    naive, planned = taken["naive"], taken["planned"]
    yield Figure.of(
        f"{name}, steps as planned", "naive ones, float32 and contiguous", naive, planned, means="as quick as"
    )
    for what, steps in SHORTEST.items():
        costs, _ = found[what]
        yield Figure.of(f"{name}, {what}", f"the {steps} steps of a run", costs, [steps * each for each in planned])


def _found(work: Work, home: Home, rounds: int) -> tuple[list[float], Plan]:
    """The seconds that finding a plan took in each round, and the last that was found."""
    costs, plan = [], Plan()
    for place in range(rounds):
        began = time.perf_counter()
        plan = make_plan(Recipe(), work, home.cache / f"{work.steps} {place}")
        costs.append(time.perf_counter() - began)
    began = time.perf_counter()
    again = make_plan(Recipe(), replace(work, steps=1), home.cache / f"{work.steps} {rounds - 1}")
    say(f"{again.why}: {time.perf_counter() - began:.3f} s, when it was found {costs[-1]:.1f} s")
    return costs, plan


def _stepping(net: Net, plan: Plan) -> Callable[[], None]:
    """Forward, backward and an optimizer's step, as a plan says."""
    pictures = torch.randn(BATCH, 3, SIZE, SIZE).contiguous(memory_format=plan.layout)
    labels = torch.zeros(BATCH, dtype=torch.long)
    threads = torch.get_num_threads() if plan is NAIVE else plan.compute_threads
    model = copy.deepcopy(net.model).to(memory_format=plan.layout).train()  # type: ignore[call-overload]
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.9, fused=True)

    def act() -> None:
        torch.set_num_threads(threads)
        with torch.autocast("cpu", torch.bfloat16, enabled=plan.precision == "bf16"):
            loss = functional.cross_entropy(model(pictures).float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return act


def _busy(dataset: str, rounds: int) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe.parse({"dataset": dataset, "backbone": "resnet18", "strategy": "full", "image_size": SIZE})
        session = Session(replace(recipe, epochs=20, batch_size=BATCH), CPU, Home(Path(folder)), None, ALONE)
        say(f"the loop: {session.plan.why}")
        session.lesson.canvases.ensure(session.lesson.splits["train"])
        session.make_ready(0)
        given = list(session.feed(0))
        ready = {id(fed): session.feeder.tensor(fed) for fed in given}
        as_always = session.feeder.tensor

        def from_the_cache() -> None:
            session.feeder.tensor = as_always
            for fed in session.feed(0):
                session.learn(fed)
            session.position.batch = 0

        def on_ready_tensors() -> None:
            session.feeder.tensor = lambda fed: ready[id(fed)]
            for fed in given:
                session.learn(fed)
            session.position.batch = 0

        taken = in_turn({"ready": on_ready_tensors, "real": from_the_cache}, rounds)
    name = f"resnet18 on {dataset}, varied pictures"
    return Figure.of(name, "the pace on tensors that are ready", taken["ready"], taken["real"])


if __name__ == "__main__":
    main()
