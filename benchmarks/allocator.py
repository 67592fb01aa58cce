"""What it gains to keep freed memory for the next step, and what it takes: `python -m benchmarks.allocator`.

It is a setting of a whole process, so two processes take turns with their steps: one as always, one that holds what it
has freed. Memory is what each holds of it at its fullest.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from benchmarks.figures import Figure, answer, at_least, say

NETWORKS = ("resnet18", "mobilenetv2_100", "efficientnet_b0")
PRECISIONS = ("float32", "bf16")
SIZE, BATCH = 224, 32


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--networks", nargs="+", default=NETWORKS)
    asked.add_argument("--rounds", type=at_least(1), default=3)
    asked.add_argument("--steps-of", nargs=3, metavar=("NETWORK", "PRECISION", "WAY"), help=argparse.SUPPRESS)
    answer(asked, lambda given: _take_steps(*given.steps_of) if given.steps_of else _compared(given))


def _compared(given: argparse.Namespace) -> Iterator[Figure]:
    for network in given.networks:
        for precision in PRECISIONS:
            usual, holding = (_process(network, precision, way) for way in ("usual", "holding"))
            rounds = [(_step(usual), _step(holding)) for _ in range(1 + given.rounds)][1:]
            for each in (usual, holding):
                each.communicate()
            (before, most), (after, more) = (zip(*each, strict=True) for each in zip(*rounds, strict=True))
            faster = Figure.of(
                f"{network} in {precision}, steps that hold freed memory",
                "usual ones",
                before,
                after,
                means="as quick as",
            )
            say(f"{faster}; {most[-1] / 1e9:.2f} GB at the fullest, holding {more[-1] / 1e9:.2f} GB")
            yield faster
            yield Figure.of(f"{network} in {precision}, memory held", "the usual", more, most)


def _process(network: str, precision: str, way: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.allocator", "--steps-of", network, precision, way]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _step(process: "subprocess.Popen[str]") -> tuple[float, float]:
    """One step of a process: its seconds, and the bytes that the process has held at most."""
    assert process.stdin and process.stdout
    process.stdin.write("step\n")
    process.stdin.flush()
    seconds, memory = process.stdout.readline().split()
    return float(seconds), float(memory)


def _take_steps(network: str, precision: str, way: str) -> list[Figure]:
    """The other side: a step for every line."""
    act = _stepping(network, precision, way)
    for _ in sys.stdin:
        began = time.perf_counter()
        act()
        taken = time.perf_counter() - began
        print(taken, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
    return []


def _stepping(network: str, precision: str, way: str) -> Callable[[], None]:
    import timm
    import torch

    from core.training.memory import hold_freed_memory

    if way == "holding":
        hold_freed_memory()
    model = timm.create_model(network, num_classes=2).train().to(memory_format=torch.channels_last)
    pictures = torch.randn(BATCH, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    labels = torch.zeros(BATCH, dtype=torch.long)

    def act() -> None:
        model.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            loss = torch.nn.functional.cross_entropy(model(pictures).float(), labels)
        loss.backward()

    return act


if __name__ == "__main__":
    main()
