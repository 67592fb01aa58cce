"""What a whole training step is made of, and how near its products come to the machine's peak by themselves.

    THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.anatomy --chart docs/images/anatomy.svg

The step is that of a run: its plan, its batches, the norms and the optimizer that it has. torch tells what each of its
operations took; what neither multiplies nor adds along a convolution or a matrix reads and writes memory instead, and
no peak of arithmetic is reached there. What the products alone would reach is the most that a step can.
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.drawing import bars_chart
from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.peak import operations_per_step, peak
from benchmarks.peers.ours import CONVENTIONAL
from core.home import Home
from core.recipe import Recipe
from core.training.feeding import Fed
from core.training.session import Session
from core.training.team import ALONE

NETWORKS = ("resnet18", "resnet50", "mobilenetv2_100", "efficientnet_b0", "vit_tiny_patch16_224")
WITH_WEIGHTS = NETWORKS[:3]
STEPS = 3
"""Of a round; as many go before, for whatever is slow the first time."""
EPOCHS = 25
KINDS = {
    "products": ("convolution", "addmm", "aten::mm", "bmm", "linear", "attention"),
    "norms": ("batch_norm", "layer_norm", "group_norm"),
    "activations": ("relu", "gelu", "silu", "sigmoid", "hardtanh", "hardswish", "threshold", "softmax"),
    "pooling": ("pool", "aten::mean"),
    "optimizer": ("fused", "foreach", "optimizer"),
    "copies and sums": ("copy", "aten::to", "aten::add", "aten::mul", "aten::sum", "aten::fill", "aten::zero"),
}
"""What an operation is, by what its name holds; the first kind that knows it has it."""
REST = "all else"

Seconds = dict[str, float]


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    drawn: dict[str, Seconds] = {}
    for network in asked.networks:
        rounds, shares, alone = [], [], []
        with TemporaryDirectory() as folder:
            session = Session(_recipe(network, asked), torch.device("cpu"), Home(Path(folder)), None, ALONE)
            session.make_ready(0)
            operations = operations_per_step(session.model, session.lesson.canvases.preparation.size, asked.batch)
            for _ in range(asked.rounds):
                rounds.append(_step(session))
                most = peak(session.plan.precision == "bf16")
                shares.append(operations / sum(rounds[-1].values()) / most)
                alone.append(operations / rounds[-1]["products"] / most)
        drawn[network] = {kind: median(each[kind] for each in rounds) for kind in rounds[0]}
        told = ", ".join(f"{kind} {1000 * seconds:.0f} ms" for kind, seconds in drawn[network].items())
        say(f"{network}, {session.plan.precision}: {told}; products alone {median(alone):.0%} of the peak")
        whole = [sum(each.values()) for each in rounds]
        yield Figure.of(
            f"the products of a step, {network} in {session.plan.precision}",
            "the whole step",
            [each["products"] for each in rounds],
            whole,
            share_of_peak=median(shares),
        )
        yield Figure.of(
            f"what the products alone reach, {network}", "the peak", alone, [1.0] * len(alone), means="as much as"
        )
    if asked.chart:
        about = f"{asked.dataset} at {asked.side} x {asked.side}, {asked.batch} pictures, as the run itself plans it"
        asked.chart.write_text(bars_chart("What a training step is made of", about, drawn), encoding="utf-8")


def _recipe(network: str, asked: argparse.Namespace) -> Recipe:
    return Recipe.parse(
        {
            "dataset": asked.dataset,
            "backbone": network,
            "pretrained": network in WITH_WEIGHTS,
            "image_size": [asked.side, asked.side],
            "batch_size": asked.batch,
            "epochs": EPOCHS,
            **CONVENTIONAL,
        }
    )


def _step(session: Session) -> Seconds:
    """Seconds of the processor that a step takes, by kind: of a few in a row, a step's share."""
    batches = _endless(session)
    for given in islice(batches, STEPS):
        session.learn(given)
    with profile(activities=[ProfilerActivity.CPU]) as heard:
        for given in islice(batches, STEPS):
            session.learn(given)
    taken: Counter[str] = Counter(dict.fromkeys([*KINDS, REST], 0.0))
    for each in heard.key_averages():
        taken[_kind(each.key)] += each.self_cpu_time_total / 1e6 / STEPS
    return dict(taken)


def _endless(session: Session) -> Iterator[Fed]:
    """Batch after batch: an epoch of few pictures may be over before a round is."""
    for epoch in count():
        session.position.batch = 0
        yield from session.feed(epoch)


def _kind(operation: str) -> str:
    name = operation.lower()
    return next((kind for kind, words in KINDS.items() if any(word in name for word in words)), REST)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--networks", nargs="+", default=NETWORKS)
    asked.add_argument("--dataset", default="hymenoptera")
    asked.add_argument("--side", type=int, default=224)
    asked.add_argument("--batch", type=int, default=32)
    asked.add_argument("--rounds", type=at_least(1), default=3)
    asked.add_argument("--chart", type=Path, help="an SVG file to draw them into")
    answer(asked, measure)


if __name__ == "__main__":
    main()
