"""The script's last passages: judging a split, the loop over epochs and steps, and what is kept at the end."""

from collections.abc import Iterator

from core.catalog.strategies import STRATEGIES
from core.export.script_passages import Passage, indented
from core.export.script_steps import after_the_step, before_the_step, has_penalties, mixing_of
from core.export.script_study import Study
from core.recipe import Recipe


def judging(study: Study) -> Passage:
    code = '''\
def evaluate(model, rows):
    """The mean cross-entropy and the share of right answers."""
    model.eval()
    loss = right = 0.0
    with torch.inference_mode():
        for first in range(0, len(rows), 128):
            some = rows[first : first + 128]
            labels = torch.as_tensor(labels_of(some)).to(DEVICE)
            logits = model(evaluation_batch(some)).float()
            loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
            right += int((logits.argmax(1) == labels).sum())
    return loss / len(rows), right / len(rows)'''
    return Passage("Judging", "Pictures that are not learned from say how well it does.", code)


def training(study: Study) -> Passage:
    code = "\n".join([*_step(study), "", "", *_train(study.recipe)])
    return Passage("Training", "One epoch after another; the weights of the best one are kept.", code)


def _step(study: Study) -> Iterator[str]:
    recipe = study.recipe
    yield "def learn(model, optimizer, rows, epoch, place, start):"
    yield '    """One step on one batch; answers its loss."""'
    yield "    torch.manual_seed(int(draw(STEP, SEED, epoch, place).integers(2**62)))  # dropout draws from here"
    yield "    optimizer.zero_grad(set_to_none=True)"
    if mixing_of(recipe):
        yield "    chance = draw(MIX, SEED, epoch, place)"
        yield "    inputs, targets = targets_of(training_batch(rows, epoch), labels_of(rows), chance)"
    else:
        yield "    inputs, targets = training_batch(rows, epoch), targets_of(labels_of(rows))"
    yield from _forward(study)
    if has_penalties(recipe):
        yield "    loss = loss + sum(penalties(model, start))"
    yield "    loss.backward()"
    yield from (f"    {line}" for line in before_the_step(recipe))
    yield "    optimizer.step()"
    if after := list(after_the_step(recipe)):
        yield '    lr_of = {id(each): group["lr"] for group in optimizer.param_groups for each in group["params"]}'
        yield "    rate_of = {name: lr_of[id(parameter)] for name, parameter in model.named_parameters()}"
        yield indented(after)
    yield "    return loss.item()"


def _forward(study: Study) -> Iterator[str]:
    if study.bf16:
        yield "    with torch.autocast(DEVICE, torch.bfloat16):"
        yield "        logits = model(inputs).float()"
        yield "    loss = loss_of(logits, targets)"
    else:
        yield "    loss = loss_of(model(inputs), targets)"


def _train(recipe: Recipe) -> Iterator[str]:
    balanced = recipe.class_balance == "sampling"
    yield "def train():"
    yield '    """Learn, choose the best epoch by validation, and answer each epoch\'s figures."""'
    yield "    model = make_network()"
    yield "    optimizer = make_optimizer(model)"
    yield "    start = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}"
    yield '    rows, labels = SPLITS["train"], labels_of(SPLITS["train"])'
    yield "    history, best, kept = [], None, start"
    yield "    for epoch in range(EPOCHS):"
    yield "        wake(model, optimizer, epoch)"
    yield f"        batches = cut(order_of(labels, SEED, epoch, balanced={balanced}), BATCH)"
    yield "        total = 0.0"
    yield "        for place, batch in enumerate(batches):"
    yield '            lr = rate_at(epoch + place / len(batches), [each["val_loss"] for each in history])'
    yield "            for group in optimizer.param_groups:"
    yield '                group["lr"] = lr * group["scale"]'
    yield "            loss = learn(model, optimizer, [rows[number] for number in batch], epoch, place, start)"
    yield "            if not math.isfinite(loss):"
    yield '                raise SystemExit(f"The loss left all bounds in epoch {epoch + 1}; try a lower LR.")'
    yield "            total += loss * len(batch)"
    yield '        val_loss, val_accuracy = evaluate(model, SPLITS["val"])'
    yield "        history.append("
    yield '            {"epoch": epoch, "loss": total / len(rows), "val_loss": val_loss, "val_accuracy": val_accuracy}'
    yield "        )"
    yield '        print(f"epoch {epoch + 1}: loss {total / len(rows):.4f}, "'
    yield '              f"validation loss {val_loss:.4f}, {val_accuracy:.1%} right")'
    yield from indented(_choosing(recipe), 8).splitlines()
    yield "    model.load_state_dict(kept)"
    yield "    return model, history"


def _choosing(recipe: Recipe) -> Iterator[str]:
    stopping = recipe.early_stopping
    by_loss = stopping and stopping.on == "loss"
    yield f"rank = {'(val_loss, -val_accuracy)' if by_loss else '(-val_accuracy, val_loss)'}"
    yield "if best is None or rank < best:"
    yield "    best, best_epoch = rank, epoch" if stopping else "    best = rank"
    yield "    kept = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}"
    if stopping:
        settled = STRATEGIES.build(recipe.strategy).settles() - 1  # patience begins to count after this epoch
        since = f"max(best_epoch, {settled})" if settled >= 0 else "best_epoch"
        yield f"if epoch - {since} >= {stopping.patience}:"
        yield "    break  # validation has not improved for so many epochs"


def ending(study: Study) -> Passage:
    code = """\
if __name__ == "__main__":
    model, history = train()
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, HERE / "trained.safetensors")
    (HERE / "history.json").write_text(json.dumps(history, indent=2), encoding="utf-8")
    for split in ("val", "test"):
        if split in SPLITS:
            loss, accuracy = evaluate(model, SPLITS[split])
            print(f"{split}: {accuracy:.1%} of {len(SPLITS[split])} right, loss {loss:.4f}")"""
    prose = "The best epoch's weights are kept in trained.safetensors, and judged once more."
    return Passage("All of it", prose, code)
