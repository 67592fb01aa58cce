"""From a search's figures to the events that say them."""

from collections.abc import Iterator

from core.events import EpochEnded, Finished, Improved, Looked, Notice, Predicted, Started
from core.learners.backbones import frozen_stages
from core.learners.search import Search, Tried
from core.training.endings import Ending
from core.training.environment import environment_of_net, peak_memory
from core.training.looking import Look
from core.training.parts import HEAD
from core.training.predicting import softmax
from core.training.reporting import predicted


def started(search: Search) -> Started:
    frozen = list(frozen_stages(search.nets))
    size = search.learner.size(len(search.labels("train")), search.features.width, len(search.lesson.source.classes))
    stages = [*frozen, {"name": HEAD, "parameters": size, "trained": size}]
    return Started(
        elapsed=search.elapsed,
        classes=list(search.lesson.source.classes),
        pictures=search.lesson.pictures,
        steps_per_epoch=1,
        epochs=search.planned,
        parts=stages,
        stages=stages,
        parameters={"trained": size, "total": sum(each["parameters"] for each in stages)},
        plan=search.plan.to_json(),
        environment=_environment(search),
    )


def _environment(search: Search) -> dict[str, object]:
    """What it takes to do this again. No single origin tells of several backbones: such a run answers for no other."""
    facts = environment_of_net(search.recipe, search.nets[0], search.lesson, search.device)
    if len(search.nets) > 1:
        facts |= {"origin": None, "weights": " ".join(net.weights_hash for net in search.nets)}
    return facts


def notices(search: Search) -> Iterator[Notice]:
    while search.remarks:
        topic, message = search.remarks.pop(0)
        yield Notice(elapsed=search.elapsed, topic=topic, message=message)


def looked(search: Search, look: Look) -> Looked:
    return Looked(elapsed=search.elapsed, **look._asdict())


def ended(search: Search, tried: Tried) -> EpochEnded:
    names = [*(each["name"] for each in frozen_stages(search.nets)), HEAD]
    scales = [0.0] * (len(names) - 1) + [1.0]
    still = {"lr": 0.0, "gradient": 0.0, "moved": 0.0, "norm_drift": 0.0}
    return EpochEnded(
        elapsed=search.elapsed,
        epoch=tried.place,
        step=tried.place + 1,
        train_loss=tried.train.loss,
        losses={"cross_entropy": tried.train.loss},
        train_accuracy=tried.train.accuracy,
        val_loss=tried.val.loss,
        val_accuracy=tried.val.accuracy,
        lr=0.0,
        lr_scales=scales,
        stages=[{"name": name, "scale": scale, **still} for name, scale in zip(names, scales, strict=True)],
        seconds=tried.seconds,
        pictures_per_second=len(search.material.labels) / max(tried.seconds["fit"], 1e-9),
        cache="computed" if search.computed else "reused",
        boundary=HEAD if search.learner.stage == 0 else None,
        extras={**tried.settings, "sharpness": float(tried.classifier.sharpness)},
        save=tried.judged.saving(tried.place, search.planned),
    )


def improved(search: Search, tried: Tried) -> Improved:
    return Improved(
        elapsed=search.elapsed,
        epoch=tried.place,
        val_loss=tried.val.loss,
        val_accuracy=tried.val.accuracy,
        save=search.saving(tried),
    )


def predictions(search: Search) -> Iterator[Predicted]:
    """What the best candidate says about every picture held out, and the last one's beside it."""
    for weights, each in (("best", search.best), ("last", search.last)):
        for split in search.lesson.splits:
            if each and split != "train":
                probabilities = softmax(search.logits_of(each, split))
                told = {"elapsed": search.elapsed, "weights": weights, "epoch": each.place}
                yield predicted(search.lesson, split, probabilities, **told)  # type: ignore[arg-type]


def finished(search: Search, ending: Ending) -> Finished:
    """The seconds of the fit are those of the best candidate, with what it needs of the preparing, as if alone."""
    best = search.best
    seconds = {**search.seconds, "all": search.elapsed}
    if best:
        seconds["fit"] = best.seconds["fit"] + search.seconds["preparing"]
    return Finished(
        elapsed=search.elapsed,
        state=ending.state,
        reason=ending.reason,
        best_epoch=best.place if best else None,
        epochs=search.tried,
        seconds=seconds,
        peak_memory=peak_memory(search.device),
    )
