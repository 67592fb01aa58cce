"""How long an epoch of everything takes, training and validation: here, and in the loops that people would use else.

    THAW_DATA=FOLDER THAW_WEIGHTS=FOLDER python -m benchmarks.everything --networks resnet18 resnet50

Everyone has the same pictures, network, batch and threads. They take turns, in one process, three times over; the first
epoch warms up and is not counted. Ours is the start of a run of 25 epochs, with the plan that such a run makes for
itself. fastai and Hugging Face's `Trainer` take part where they are installed.
"""

import argparse
from collections.abc import Iterator
from statistics import median

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.peak import operations_per_step, peak
from benchmarks.peers import PEERS, Task, here, timed
from benchmarks.peers.field import both, field
from benchmarks.peers.ours import recipe_for, run

TIMED = 2
"""Epochs that count, of each and in each round."""
EPOCHS = 25
NETWORKS = ("resnet18", "resnet50", "mobilenetv2_100", "efficientnet_b0", "vit_tiny_patch16_224")


def measure(given: argparse.Namespace) -> Iterator[Figure]:
    for network in given.networks:
        with field(given.data, network, frozen=False) as task:
            yield from _compared(task, given)


def _compared(task: Task, given: argparse.Namespace) -> Iterator[Figure]:
    ours, shares, theirs = [], [], {}
    for _ in range(given.repeats):
        for name in given.peers:
            for flags, way in both(task).items():
                told = timed(name, way, TIMED)
                theirs.setdefault(f"{name}, {flags}", []).append(median(each.seconds for each in told))
                say(f"  {name}, {flags}: {', '.join(f'{each.seconds:.2f}' for each in told)} s an epoch")
        mine = list(run(recipe_for(task, given.data, epochs=EPOCHS), at_most=1 + TIMED))[1:]
        ours.append(median(each.seconds for each in mine))
        shares.append(_share_of_peak(task, median(each.learning for each in mine)))
        say(f"  Thaw: {', '.join(f'{each.seconds:.2f}' for each in mine)} s an epoch, {shares[-1]:.0%} of the peak")
    what = f"an epoch of everything, {given.data}, {task.network}"
    for who, seconds in theirs.items():
        yield Figure.of(what, who, seconds, ours, means="as quick as", share_of_peak=median(shares))


def _share_of_peak(task: Task, seconds: float) -> float:
    """Of what the machine can do in bf16 convolutions, what an epoch's training did in so many seconds."""
    pictures = sum(1 for _ in (task.folder / "train").glob("*/*"))
    return operations_per_step(task.model(), task.size, pictures) / seconds / peak()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", default="hymenoptera", help="a dataset below THAW_DATA")
    asked.add_argument("--networks", nargs="+", default=NETWORKS)
    asked.add_argument("--peers", nargs="*", choices=PEERS, default=here())
    asked.add_argument("--repeats", type=at_least(1), default=3)
    answer(asked, measure)


if __name__ == "__main__":
    main()
