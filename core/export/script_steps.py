"""The script's passages about a step: the optimizer, the schedule, the loss and what regularizers add to it."""

from collections.abc import Callable, Iterator

from core.catalog.optimizers import SCHEDULES, Schedule
from core.catalog.registry import Choice
from core.catalog.regularizers import REGULARIZERS
from core.export.script_network import worded
from core.export.script_passages import Passage
from core.export.script_quotes import Quotes
from core.export.script_study import Study
from core.recipe import Recipe


def rates(study: Study) -> Passage:
    recipe, schedule = study.recipe, SCHEDULES.build(study.recipe.schedule)
    quotes = Quotes()
    quotes.method(schedule, "shape", "shape")
    code = [
        quotes.code,
        "",
        "",
        *_factor(schedule),
        "",
        "",
        "def make_optimizer(model):",
        f"    return torch.optim.{_OPTIMIZERS[recipe.optimizer.name](recipe.optimizer)}",
    ]
    prose = f"Optimizer: {worded(recipe.optimizer)}. Schedule: {worded(recipe.schedule)}."
    return Passage("Rates", prose, "\n".join(code))


def _factor(schedule: Schedule) -> Iterator[str]:
    yield "def rate_at(position, val_losses):"
    yield '    """The learning rate at a position counted in epochs: 2.5 is the middle of the third."""'
    if schedule.warmup:
        yield f"    rise = min(1.0, position / {schedule.warmup!r})"
    yield f"    return LR * {'rise * ' if schedule.warmup else ''}shape(position, EPOCHS, val_losses)"


def _sgd(choice: Choice) -> str:
    momentum = float(choice["momentum"])
    return f"SGD(groups_of(model), lr=LR, momentum={momentum!r}, nesterov={bool(choice['nesterov'] and momentum > 0)})"


_OPTIMIZERS: dict[str, Callable[[Choice], str]] = {
    "sgd": _sgd,
    "adam": lambda choice: "Adam(groups_of(model), lr=LR)",
    "adamw": lambda choice: "AdamW(groups_of(model), lr=LR)",
}


def losses(study: Study) -> Passage:
    recipe, code = study.recipe, Quotes()
    mixing = mixing_of(recipe)
    for each in mixing:
        code.method(REGULARIZERS.build(each), "mix", each.name)
    pieces = [
        *([code.code] if mixing else []),
        "\n".join(_targets(recipe, mixing)),
        "\n".join(_loss(recipe)),
        *(["\n".join(_learning())] if _asks_what_learns(recipe) else []),
        *(["\n".join(_penalties(recipe))] if any(_penalties(recipe)) else []),
    ]
    named = ", ".join(worded(each) for each in recipe.regularizers) or "none"
    return Passage("The loss", f"Cross-entropy. Regularizers: {named}.", "\n\n\n".join(pieces))


def mixing_of(recipe: Recipe) -> list[Choice]:
    """Those that work on the batch itself."""
    return [each for each in recipe.regularizers if REGULARIZERS.entry(each.name).changes_pictures]


def _targets(recipe: Recipe, mixing: list[Choice]) -> Iterator[str]:
    smoothing = next((each for each in recipe.regularizers if each.name == "label_smoothing"), None)
    if mixing:
        yield "def targets_of(inputs, labels, chance):"
        yield '    """A batch, mixed, and for each of its pictures a probability per class."""'
    else:
        yield "def targets_of(labels):"
        yield '    """For each picture a probability per class."""'
    yield "    targets = functional.one_hot(torch.as_tensor(labels), len(CLASSES)).float().to(DEVICE)"
    for each in recipe.regularizers:
        if each in mixing:
            yield f"    inputs, targets = {each.name}(inputs, targets, chance)"
        if each is smoothing:
            yield f"    targets = targets * {1 - float(each['amount'])!r} + {each['amount']!r} / len(CLASSES)"
    yield f"    return {'inputs, ' if mixing else ''}targets"


def _loss(recipe: Recipe) -> Iterator[str]:
    weighted = recipe.class_balance == "weights"
    if weighted:
        yield 'COUNTS = np.maximum(np.bincount(labels_of(SPLITS["train"]), minlength=len(CLASSES)), 1)'
        yield (
            "CLASS_WEIGHTS = torch.tensor(COUNTS.sum() / (len(CLASSES) * COUNTS), dtype=torch.float32, device=DEVICE)"
        )
        yield ""
        yield ""
    yield "def loss_of(logits, targets):"
    if weighted:
        yield '    """Cross-entropy in which all classes count alike, however few pictures one has."""'
        yield "    targets = targets * CLASS_WEIGHTS"
    else:
        yield '    """Cross-entropy with targets that may be mixed or softened."""'
    yield "    return -(targets * functional.log_softmax(logits, 1)).sum() / targets.sum()"


def _asks_what_learns(recipe: Recipe) -> bool:
    return any(each.name in ("l1", "l2", "l2_sp", "clip") for each in recipe.regularizers)


def _learning() -> Iterator[str]:
    yield 'def learning(model, on="all", norms_and_biases=False):'
    yield '    """The weights that learn now, of the head, of the backbone or of all."""'
    yield "    head = {name for name, _ in parameters_of(model, PARTS[-1][1])}"
    yield "    return ["
    yield "        (name, parameter)"
    yield "        for name, parameter in model.named_parameters()"
    yield "        if parameter.requires_grad"
    yield '        and on in ("all", "head" if name in head else "backbone")'
    yield "        and (norms_and_biases or parameter.dim() > 1)"
    yield "    ]"


def _penalties(recipe: Recipe) -> Iterator[str]:
    terms = [term for each in recipe.regularizers if (term := _penalty(each))]
    if not terms:
        return
    yield "def penalties(model, start):"
    yield '    """What the weights themselves cost; `start` is where they began."""'
    yield "    return [  # where nothing is covered yet, nothing is added"
    for covered, strength, term in terms:
        yield f"        {strength!r} * sum({term} for name, weight in {covered}),"
    yield "    ]"


def _penalty(choice: Choice) -> tuple[str, float, str] | None:
    """Which weights it covers, its strength, and its term of each weight."""
    if choice.name not in _TERMS or dict(choice.knobs).get("how") == "proximal":
        return None
    return covered_by(choice), float(choice["strength"]), _TERMS[choice.name]


_TERMS = {
    "l1": "weight.abs().sum()",
    "l2": "weight.square().sum()",
    "l2_sp": "(weight - start[name]).square().sum()",
}


def covered_by(choice: Choice) -> str:
    on = "backbone" if choice.name == "l2_sp" else choice["on"]
    more = [*([f'"{on}"'] if on != "all" else []), *(["norms_and_biases=True"] if choice["norms_and_biases"] else [])]
    return f"learning({', '.join(['model', *more])})"


def has_penalties(recipe: Recipe) -> bool:
    return any(_penalty(each) for each in recipe.regularizers)


def after_the_step(recipe: Recipe) -> Iterator[str]:
    """Lines that shrink weights when a step is done."""
    for each in recipe.regularizers:
        if each.name not in ("l1", "l2_sp") or each["how"] != "proximal":
            continue
        yield f"for name, weight in {covered_by(each)}:"
        if each.name == "l1":
            yield f"    shrink = rate_of[name] * {each['strength']!r}"
            yield "    weight.data.copy_(weight.data.sign() * (weight.data.abs() - shrink).clamp_(min=0))"
        else:
            yield f"    keep = 1 / (1 + 2 * rate_of[name] * {each['strength']!r})"
            yield "    weight.data.copy_(start[name] + keep * (weight.data - start[name]))"


def before_the_step(recipe: Recipe) -> Iterator[str]:
    for each in recipe.regularizers:
        if each.name == "clip":
            covered = "[weight for _, weight in learning(model, norms_and_biases=True)]"
            yield f"torch.nn.utils.clip_grad_norm_({covered}, {each['norm']!r})"
