"""How long an answer takes beyond decoding a picture and one pass of the bare network: `python -m benchmarks.latency`.

A warm run is asked about one photograph after another (bytes in, the five most probable classes out): in this process
as `python -m core predict` does it, in the assistant's as pages do it, and with all that the page Predict shows beside
it. Bare is: Pillow decodes and resizes, torch normalises, and the same network runs, folded, on as many threads. The
same photographs all at once are one pass. Where it is installed, ONNX Runtime takes its turns with the same network.
"""

import argparse
import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.figures import Figure, answer, at_least, say
from benchmarks.passing_home import passing_home
from benchmarks.turns import in_turn
from core.data.finding import located
from core.engines.predictor import opened
from core.recipe import Recipe
from core.service import Workbench, open_workbench
from core.training.predicting import Predictor

NETWORKS = ["resnet18", "mobilenetv2_100", "efficientnet_b0", "vit_tiny_patch16_224"]
WITH_WEIGHTS = ("resnet18", "mobilenetv2_100")
SIDE = 240
"""Of the picture that comes back for the page Predict."""
TOGETHER = 32

Photographs = Sequence[tuple[str, bytes]]


def measure(asked: argparse.Namespace) -> Iterator[Figure]:
    with passing_home() as bench:
        photographs = _photographs(asked.dataset, asked.pictures, bench)
        page = open_workbench(bench.home, apart=True)
        for network in asked.networks:
            run = bench.train(_short(asked.dataset, network), device="cpu")
            predictor = opened(Path(bench.show(run)["best"]), "cpu")
            yield from _of_answers(network, run, bench, page, predictor, photographs, asked.rounds)
            yield from _of_onnx(network, predictor, asked.rounds)
        page.close()


def _short(dataset: str, network: str) -> Recipe:
    """Enough of a run to have weights that answer."""
    few = {"examples_per_class": 4, "held_out_per_class": 4, "epochs": 1, "strategy": "head", "image_size": [224, 224]}
    return Recipe.parse({"dataset": dataset, "backbone": network, "pretrained": network in WITH_WEIGHTS, **few})


def _photographs(dataset: str, count: int, bench: Workbench) -> Photographs:
    place = located(dataset, bench.home).place
    if place is None:
        raise SystemExit(f"{dataset} is not found below THAW_DATA; name another folder of photographs by --dataset.")
    return [(file.name, file.read_bytes()) for file in islice(sorted(place.rglob("*.jpg")), count)]


def _of_answers(
    network: str,
    run: str,
    bench: Workbench,
    page: Workbench,
    predictor: Predictor,
    photographs: Photographs,
    rounds: int,
) -> Iterator[Figure]:
    def one_by_one(ask: Callable[[Photographs], object]) -> Callable[[], object]:
        return lambda: [ask([each]) for each in photographs]

    acts = {
        "bare": one_by_one(lambda some: _bare(predictor, some[0][1])),
        "here": one_by_one(lambda some: bench.predict(run, some, "cpu")),
        "apart": one_by_one(lambda some: page.predict(run, some, "cpu")),
        "page": one_by_one(lambda some: page.predict(run, some, "cpu", size=SIDE, familiar=True)),
        "at once": lambda: bench.predict(run, photographs, "cpu"),
    }
    taken = in_turn(acts, rounds)
    each = {name: f"{1000 * min(seconds) / len(photographs):.1f}" for name, seconds in taken.items()}
    say(f"{network}: at best, ms a picture: {each}")
    bare = f"decoding and a bare pass of {network}"
    yield Figure.of("an answer in this process", bare, taken["here"], taken["bare"])
    yield Figure.of("an answer to a page, from its assistant", bare, taken["apart"], taken["bare"])
    yield Figure.of("the same with the picture and what is unlike", bare, taken["page"], taken["bare"])
    yield Figure.of("one answer after the other", "all at once", taken["here"], taken["at once"])


def _bare(predictor: Predictor, content: bytes) -> list[int]:
    """What nobody can leave out."""
    height, width = predictor.preparation.size
    picture = Image.open(io.BytesIO(content)).convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
    mean, std = (torch.tensor(each).view(3, 1, 1) for each in (predictor.preparation.mean, predictor.preparation.std))
    inputs = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float().div_(255).sub_(mean).div_(std)
    with torch.inference_mode():
        return predictor.model(inputs[None]).softmax(1)[0].topk(min(5, len(predictor.classes))).indices.tolist()


def _of_onnx(network: str, predictor: Predictor, rounds: int) -> Iterator[Figure]:
    try:
        runtime = _onnx(predictor)
    except ImportError:
        say("ONNX Runtime is not installed: left out")
        return
    for count in (1, TOGETHER):
        pictures = torch.randn(count, 3, *predictor.preparation.size)
        last = pictures.contiguous(memory_format=torch.channels_last)
        acts = {"torch": partial(_passes, predictor.model, last), "onnx": partial(_runs, runtime, pictures.numpy())}
        taken = in_turn(acts, rounds)
        say(f"{network}, {count}: " + ", ".join(f"{name} {1000 * min(each):.0f} ms" for name, each in taken.items()))
        yield Figure.of(f"torch, {network}, {count} at once", "ONNX Runtime", taken["torch"], taken["onnx"])


def _onnx(predictor: Predictor) -> Callable[[np.ndarray], object]:
    import onnxruntime

    from core.export.onnx_network import INPUT, network_graph

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    graph = network_graph(predictor).SerializeToString()
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return lambda pictures: session.run(None, {INPUT: pictures})


REPEATED = 10
"""Passes of a turn, so that one is more than a moment."""


def _passes(model: torch.nn.Module, pictures: torch.Tensor) -> None:
    with torch.inference_mode():
        for _ in range(REPEATED if len(pictures) == 1 else 1):
            model(pictures)


def _runs(runtime: Callable[[np.ndarray], object], pictures: np.ndarray) -> None:
    for _ in range(REPEATED if len(pictures) == 1 else 1):
        runtime(pictures)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--networks", nargs="+", default=NETWORKS)
    asked.add_argument("--dataset", default="hymenoptera")
    asked.add_argument("--pictures", type=int, default=16)
    asked.add_argument("--rounds", type=at_least(1), default=5)
    answer(asked, measure)


if __name__ == "__main__":
    main()
