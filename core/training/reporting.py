"""From a session's figures to the events that say them."""

import math
import os
import platform
import resource
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

import core
from core.events import EpochEnded, Event, Finished, Improved, Notice, Predicted, Started, Step
from core.recipe import Recipe
from core.training.lesson import Lesson
from core.training.model import Net
from core.training.origins import origin_of
from core.training.parts import Part
from core.training.predicting import Predictor, softmax
from core.training.session import Ending, Session
from core.training.weights import Tensors

PACKAGES = ("torch", "torchvision", "timm", "numpy", "pillow", "scikit-learn", "safetensors", "peft")
PREDICTED_AT_ONCE = 512

Weights = Literal["best", "last"]


def device_of(wanted: str) -> torch.device:
    """`auto` is the best there is."""
    if wanted != "auto":
        return torch.device(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def notices(session: Session) -> Iterator[Notice]:
    while session.stepper.notices:
        topic, message = session.stepper.notices.pop(0)
        yield Notice(elapsed=session.elapsed, topic=topic, message=message)


def started(session: Session, resumed: bool) -> Started:
    recipe, net = session.recipe, session.net
    parameters = dict(net.model.named_parameters())
    ever = _ever_learning(session)
    trained = sum(parameters[name].numel() for name in ever)
    return Started(
        elapsed=session.elapsed,
        classes=list(net.classes),
        pictures=session.lesson.pictures,
        steps_per_epoch=session.steps_per_epoch,
        epochs=recipe.epochs,
        parts=described(net.parts, net.model, ever),
        stages=described(net.stages, net.model, ever),
        parameters={"trained": trained, "total": sum(each.numel() for each in parameters.values())},
        plan=session.plan.to_json(),
        environment=environment(recipe, net, session.lesson, session.device),
        resumed=resumed,
    )


def described(parts: Sequence[Part], model: nn.Module, learning: Collection[str]) -> list[dict[str, Any]]:
    """Per part its name, its size, and how much of it learns."""
    sizes = {name: parameter.numel() for name, parameter in model.named_parameters()}
    return [
        {
            "name": part.name,
            "parameters": sum(sizes[name] for name in part.parameters),
            "trained": sum(sizes[name] for name in part.parameters if name in learning),
        }
        for part in parts
    ]


def _ever_learning(session: Session) -> set[str]:
    """The parameters that learn in any epoch of the run."""
    learning: set[str] = set()
    for epoch in range(session.recipe.epochs):
        scales = session.strategy.lr_scales(len(session.net.parts), epoch)
        for part, scale in zip(session.net.parts, scales, strict=True):
            learning |= {name for name in part.parameters if scale > 0 and session.net.can_learn(name)}
    return learning


def environment(recipe: Recipe, net: Net, lesson: Lesson, device: torch.device) -> dict[str, Any]:
    """What it takes to do this again: versions, machine, seed, and the hashes of data and weights."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or platform.machine()
    return {
        "thaw": core.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "versions": {package: _version(package) for package in PACKAGES},
        "device": device.type,
        "device_name": name,
        "cores": os.cpu_count(),
        "seed": recipe.seed,
        "split_seed": recipe.split_seed,
        "data": lesson.source.fingerprint,
        "weights": net.weights_hash,
        "origin": origin_of(recipe, lesson.home, net.blueprint.about.get("hf_hub_id")),
        "licences": {
            "data": lesson.source.licence,
            "weights": net.blueprint.about.get("license", "unknown"),
        },
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def step(session: Session, epoch: int, lr: float, pictures: int) -> Step:
    return Step(
        elapsed=session.elapsed,
        epoch=epoch,
        step=session.position.step,
        pictures=pictures,
        lr=lr,
        loss=session.stepper.loss if math.isfinite(session.stepper.loss or 0.0) else None,
        save=session.save,
    )


def epoch_ended(session: Session, epoch: int, scales: list[float], loss: float, accuracy: float) -> EpochEnded:
    sums = session.position.sums
    pictures = max(1.0, sums.get("pictures", 0.0))
    losses = {name.removeprefix("loss "): total / pictures for name, total in sums.items() if name.startswith("loss ")}
    seconds = {name.removeprefix("seconds "): spent for name, spent in sums.items() if name.startswith("seconds ")}
    busy = sum(spent for name, spent in seconds.items() if name != "evaluation")
    extras = {key: value for each in session.regularizers for key, value in each.report(session.net).items()}
    return EpochEnded(
        elapsed=session.elapsed,
        epoch=epoch,
        step=session.position.step,
        train_loss=sum(losses.values()),
        losses=losses,
        train_accuracy=sums.get("right", 0.0) / pictures,
        val_loss=loss,
        val_accuracy=accuracy,
        lr=max(group["lr"] / group["scale"] for group in session.stepper.optimizer.param_groups if group["scale"] > 0),
        lr_scales=scales,
        stages=list(_stages(session)),
        seconds=seconds,
        pictures_per_second=pictures / max(busy, 1e-9),
        cache=session.feeder.note,
        boundary=session.feeder.cut.boundary if session.feeder.cut else None,
        extras=extras,
        save=session.judged and session.judged.saving(epoch, session.recipe.epochs),
    )


def _stages(session: Session) -> Iterator[dict[str, Any]]:
    """Per stage: how fast it learned, how strongly it was pulled, and how far it is from where it began."""
    net, sums = session.net, session.position.sums
    now = dict(net.model.state_dict())
    parameters = dict(net.model.named_parameters())
    scales = {name: group["scale"] for group in session.stepper.optimizer.param_groups for name in group["names"]}
    samples = max(1.0, sums.get("gradient samples", 0.0))
    for stage in net.stages:
        scale = max((scales.get(name, 0.0) for name in stage.parameters), default=0.0)
        owners = {name.rpartition(".")[0] for name in stage.parameters}
        statistics = [
            n for n in now if n not in parameters and n.rpartition(".")[0] in owners and now[n].is_floating_point()
        ]
        yield {
            "name": stage.name,
            "scale": scale,
            "lr": max((net.rates.get(name, 0.0) for name in stage.parameters), default=0.0),
            "gradient": sums.get(f"gradient {stage.name}", 0.0) / samples,
            "moved": _distance(now, net.start, stage.parameters),
            "norm_drift": _distance(now, net.start, statistics),
        }


def _distance(now: dict[str, torch.Tensor], start: dict[str, torch.Tensor], names: Any) -> float:
    return math.sqrt(sum(float((now[name].float() - start[name].float()).square().sum()) for name in names))


def improved(session: Session, epoch: int, loss: float, accuracy: float) -> Improved:
    return Improved(elapsed=session.elapsed, epoch=epoch, val_loss=loss, val_accuracy=accuracy, save=session.save_best)


def predictions(session: Session, ending: Ending | None) -> Iterator[Event]:
    """What the best epoch's weights say about every picture held out, and the last epoch's beside it.

    The first member says so, and the others, which it needs no more, need not wait.
    """
    position = session.position
    if position.best_epoch is None or session.team.rank > 0:
        return
    with_last = ending is None or ending.state != "diverged"
    best, last = position.best_epoch, position.epoch if position.batch else position.epoch - 1
    said = list(_predicted_all(session, session.best, "best", best))
    yield from (each for each in said)  # a list has no ear for the wish that answers each
    if with_last and last == best:
        yield from (replace(each, weights="last", elapsed=session.elapsed) for each in said)
    elif with_last:
        with session.evaluated():
            state = session.net.plain_state()
        yield from _predicted_all(session, state, "last", last)


def _predicted_all(session: Session, state: Tensors, weights: Weights, epoch: int) -> Iterator[Predicted]:
    predictor = session.predictor(state)
    for split in session.lesson.splits:
        if split != "train":
            yield _predicted(session, predictor, split, weights, epoch)


def _predicted(session: Session, predictor: Predictor, split: str, weights: Weights, epoch: int) -> Predicted:
    lesson = session.lesson
    indices = lesson.splits[split]
    chunks = np.split(indices, range(PREDICTED_AT_ONCE, len(indices), PREDICTED_AT_ONCE))
    probabilities = softmax(np.concatenate([predictor.logits_of(lesson.canvases[chunk]) for chunk in chunks]))
    return predicted(lesson, split, probabilities, elapsed=session.elapsed, weights=weights, epoch=epoch)


def predicted(
    lesson: Lesson, split: str, probabilities: np.ndarray, *, elapsed: float, weights: Weights, epoch: int
) -> Predicted:
    """What was said about a split, a row of probabilities for each of its pictures."""
    indices = lesson.splits[split]
    labels = lesson.source.labels[indices]
    right = int((probabilities.argmax(1) == labels).sum())
    true = np.clip(probabilities[np.arange(len(labels)), labels], 1e-12, 1.0)
    return Predicted(
        elapsed=elapsed,
        split=split,
        weights=weights,
        epoch=epoch,
        n=len(labels),
        right=right,
        accuracy=right / len(labels),
        loss=float(-np.log(true).mean()),
        save=_columns(probabilities, labels, [str(lesson.source.files[index]) for index in indices]),
    )


def _columns(probabilities: np.ndarray, labels: np.ndarray, files: list[str]) -> Callable[[Path], None]:
    def save(folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "predictions.npz", probabilities=probabilities, labels=labels, files=np.array(files))

    return save


def finished(session: Session, state: Any, reason: str) -> Finished:
    return Finished(
        elapsed=session.elapsed,
        state=state,
        reason=reason,
        best_epoch=session.position.best_epoch,
        epochs=session.position.epoch,
        seconds={**session.position.seconds, "all": session.elapsed},
        peak_memory=peak_memory(session.device),
    )


def peak_memory(device: torch.device) -> int:
    """Bytes: of the GPU where one is used, else of the process (Linux counts in kilobytes, macOS in bytes)."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
