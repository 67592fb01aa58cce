"""Penalties do what their formulas say: tested on losses and weights, through whole runs."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from core.catalog.regularizers import State
from core.catalog.regularizers.steps import Ema
from core.events import EpochEnded
from core.recipe import Recipe
from core.training.model import Net, is_weight


def with_penalties(recipe: Recipe, *regularizers) -> Recipe:
    return replace(recipe, regularizers=regularizers)


def far(net) -> float:
    """How far the backbone's weights are from where they began."""
    parameters = dict(net.model.named_parameters())
    names = [name for name in parameters if name not in net.head and is_weight(parameters[name])]
    return math.sqrt(sum(float((parameters[name].detach() - net.start[name]).square().sum()) for name in names))


def test_the_parts_of_the_loss_add_up_to_the_loss(run, tiny: Recipe):
    recipe = with_penalties(tiny, "l1", {"name": "l2", "strength": 0.01}, {"name": "l2_sp", "strength": 0.1})
    for ended in run(recipe).said(EpochEnded):
        assert set(ended.losses) == {"cross_entropy", "l1", "l2", "l2_sp"}
        assert sum(ended.losses.values()) == pytest.approx(ended.train_loss, rel=1e-12)
        assert all(part >= 0 for part in ended.losses.values())


@pytest.mark.parametrize("how", ["loss", "proximal"])
def test_l1_covers_what_it_says(run, tiny: Recipe, how: str):
    plain = run(tiny) and run.sessions[-1].net
    head = run(with_penalties(tiny, {"name": "l1", "strength": 1.0, "on": "head", "how": how})) and run.sessions[-1].net
    every = run(with_penalties(tiny, {"name": "l1", "strength": 1.0, "how": how})) and run.sessions[-1].net

    def size(net, of_head: bool) -> float:
        chosen = [p for n, p in net.model.named_parameters() if (n in net.head) == of_head and is_weight(p)]
        return sum(float(p.detach().abs().sum()) for p in chosen)

    assert size(head, True) < size(plain, True)
    assert size(head, False) == pytest.approx(size(plain, False), rel=0.05)
    assert size(every, False) < size(plain, False)


def test_proximal_l1_gives_exact_zeros_and_says_their_share(run, tiny: Recipe):
    strong = {"name": "l1", "strength": 3.0, "on": "head"}
    in_the_loss = run(with_penalties(tiny, strong)).said(EpochEnded)[-1]
    shrunk = run(with_penalties(tiny, {**strong, "how": "proximal"}))
    net = run.sessions[-1].net
    weights = [p.detach() for n, p in net.model.named_parameters() if n in net.head and is_weight(p)]
    share = sum(int((w == 0).sum()) for w in weights) / sum(w.numel() for w in weights)
    assert share > 0.1
    assert shrunk.said(EpochEnded)[-1].extras["l1_zeros"] == pytest.approx(share)
    assert in_the_loss.extras["l1_zeros"] == 0.0
    assert "l1" not in shrunk.said(EpochEnded)[-1].losses, "a proximal step is no part of the loss"


def test_l2_sp_of_any_strength_keeps_the_weights_if_proximal(run, tiny: Recipe):
    run(tiny)
    free = far(run.sessions[-1].net)
    outcome = run(with_penalties(tiny, {"name": "l2_sp", "strength": 1e6, "how": "proximal"}))
    held = far(run.sessions[-1].net)
    assert outcome.finished.state == "done"
    assert held < 1e-3 * free
    assert all(torch.isfinite(tensor).all() for tensor in outcome.weights.values() if tensor.is_floating_point())


def test_penalties_leave_norms_and_biases_alone_unless_asked(run, tiny: Recipe):
    """Without a gradient from the loss to speak of, only a penalty can move a norm far."""
    for asked in (False, True):
        penalty = {"name": "l2", "strength": 10.0, "norms_and_biases": asked}
        run(replace(with_penalties(tiny, penalty), lr=0.01, optimizer="sgd", epochs=2))
        net = run.sessions[-1].net
        norms = [p.detach() for n, p in net.model.named_parameters() if p.dim() == 1 and n.startswith("bn1.weight")]
        assert (float(norms[0].abs().max()) < 0.6) == asked


def test_l2_in_the_loss_is_weight_decay_of_twice_the_strength(run, tiny: Recipe):
    """Fifty float32 steps of SGD: the same weights to one part in a million."""
    recipe = replace(
        tiny, backbone="test_vit", optimizer={"name": "sgd"}, epochs=13, batch_size=8, lr=0.01, precision="float32"
    )
    strength = 0.005
    first = run(with_penalties(recipe, {"name": "l2", "strength": strength}))
    second = run(with_penalties(recipe, {"name": "weight_decay", "strength": 2 * strength}))
    assert first.events[0].steps_per_epoch * 13 >= 50
    plain = run(recipe)
    for name, tensor in first.weights.items():
        apart = float((tensor - second.weights[name]).norm())
        assert apart <= 1e-6 * float(tensor.norm()), name
    assert any(float((first.weights[n] - plain.weights[n]).norm()) > 1e-3 for n in first.weights)


def test_decoupled_weight_decay_shrinks_by_the_rate_alone(run, tiny: Recipe):
    """AdamW's decay is a factor per step, whatever the gradient is; Adam's joins the gradient."""
    decay = {"name": "weight_decay", "strength": 50.0}
    decoupled = run(replace(with_penalties(tiny, decay), optimizer="adamw"))
    coupled = run(replace(with_penalties(tiny, decay), optimizer="adam"))
    name = "layer4.0.conv2.weight"
    assert decoupled.weights[name].norm() < 0.8 * run.sessions[0].net.start[name].norm()
    assert decoupled.weights[name].norm() < coupled.weights[name].norm()


def test_ema_is_what_is_evaluated_and_saved(run, tiny: Recipe):
    outcome = run(with_penalties(tiny, {"name": "ema", "decay": 0.9}))
    session = run.sessions[-1]
    average, raw = session.stepper.states[0], session.net.model.state_dict()
    assert not torch.equal(average["fc.weight"], raw["fc.weight"])
    with session.evaluated():
        assert torch.equal(session.net.model.state_dict()["fc.weight"], average["fc.weight"])
    assert torch.equal(session.net.model.state_dict()["fc.weight"], outcome.weights["fc.weight"])
    if outcome.finished.best_epoch == tiny.epochs - 1:
        assert torch.equal(session.best["fc.weight"], average["fc.weight"])


@pytest.mark.parametrize("strategy", ["head", "gradual", "lora"])
@pytest.mark.parametrize("norms", ["hold", "drift"])
def test_an_average_of_what_rests_is_not_kept_and_would_be_the_same(
    run, tiny: Recipe, monkeypatch: pytest.MonkeyPatch, strategy: str, norms: str
):
    after_step, everything = Ema.after_step, {}

    def average_everything(ema: Ema, net: Net, state: State) -> None:
        after_step(ema, net, state)
        steps = int(state["steps"])
        for name, now in net.model.state_dict().items():
            if now.is_floating_point():
                average = everything.setdefault(name, net.start[name].clone())
                average.lerp_(now.detach(), 1 - min(ema.decay, (1 + steps) / (10 + steps)))

    monkeypatch.setattr(Ema, "after_step", average_everything)
    recipe = replace(tiny, backbone="thaw_small", strategy=strategy, frozen_norms=norms, precision="float32")
    run(replace(with_penalties(recipe, {"name": "ema", "decay": 0.9})))
    session = run.sessions[-1]
    kept, now = session.stepper.states[0], session.net.model.state_dict()
    assert everything and all(torch.equal(each, kept.get(name, now[name])) for name, each in everything.items())
    if (strategy, norms) == ("head", "hold"):
        assert kept.keys() == {"steps", *session.net.head}


def test_what_is_never_saved_has_no_average():
    model = torch.nn.BatchNorm1d(2)
    model.register_buffer("passing", torch.ones(2), persistent=False)
    start = {name: each.detach().clone() for name, each in model.state_dict().items()}
    trainee = SimpleNamespace(model=model, start=start)
    ema = Ema()
    state = ema.begin(trainee)  # type: ignore[arg-type]
    model.train()(torch.randn(8, 2))
    ema.after_step(trainee, state)  # type: ignore[arg-type]
    assert state.keys() == {"steps", "weight", "bias", "running_mean", "running_var"}


def test_clipping_bounds_the_gradient(run, tiny: Recipe):
    run(with_penalties(tiny, {"name": "clip", "norm": 0.001}))
    gradients = [p.grad for p in run.sessions[-1].net.model.parameters() if p.grad is not None]
    norm = math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients))
    assert norm == pytest.approx(0.001, rel=1e-2)


def test_class_weights_make_small_classes_count():
    import numpy as np

    from core.training.objective import Objective

    labels = np.array([0, 0, 0, 1])
    lesson = SimpleNamespace(source=SimpleNamespace(labels=labels), class_shares=lambda: np.bincount(labels))
    recipe = Recipe(class_balance="weights")
    net = SimpleNamespace(classes=("many", "few"))
    objective = Objective(recipe, net, lesson, [], torch.device("cpu"))  # type: ignore[arg-type]
    logits, indices = torch.tensor([[1.0, 0.0]] * 4), np.arange(4)
    inputs, targets = objective.targets(logits, indices, np.random.default_rng(0))
    loss = objective.cross_entropy(logits, targets, objective.mass(targets))
    wanted = torch.nn.functional.cross_entropy(logits, torch.tensor(labels), weight=torch.tensor([1 / 3, 1.0]))
    assert float(loss) == pytest.approx(float(wanted), rel=1e-6)


def test_l2_sp_pulls_on_no_adapter(run, tiny: Recipe):
    """An adapter has no pretrained start to be held to."""
    with_lora = replace(tiny, backbone="thaw_small", pretrained=True, strategy="lora")
    plain = run(with_lora)
    pulled = run(with_penalties(with_lora, {"name": "l2_sp", "strength": 1e3, "how": "proximal"}))
    assert all(torch.equal(plain.weights[name], pulled.weights[name]) for name in plain.weights)
