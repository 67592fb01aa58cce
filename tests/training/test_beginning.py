"""What rests is neither copied nor measured again, and whatever moves is noticed, however little."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.recipe import Recipe
from core.training.adapters import is_adapter
from core.training.beginning import SOON_COMPARED, Beginning, sum_of_bits
from core.training.weights import hash_of

KINDS = (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8)
SHAPES = ((), (3,), (2, 3), (SOON_COMPARED + 1,), (8, 33, 8, 9))
"""The last two are added up, one of them with bytes left over."""


def drawn(shape: tuple[int, ...], kind: torch.dtype) -> torch.Tensor:
    return torch.randint(0, 200, shape, generator=torch.Generator().manual_seed(0)).to(kind)


def bytes_of(tensor: torch.Tensor) -> torch.Tensor:
    """All its bytes, to be changed."""
    return torch.empty(0, dtype=torch.uint8).set_(tensor.untyped_storage())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", SHAPES)
@given(data=st.data())
def test_any_bit_of_any_tensor_that_is_another_is_noticed(shape: tuple[int, ...], kind: torch.dtype, data):
    now = drawn(shape, kind)
    beginning = Beginning({"it": now})
    assert beginning.is_still({"it": now}) and beginning.copy({"it": now})["it"] is beginning.tensors["it"]
    there = bytes_of(now)
    place, bit = data.draw(st.integers(0, len(there) - 1)), data.draw(st.integers(0, 7))
    there[place] ^= 1 << bit
    if kind.is_floating_point and not torch.isfinite(now).all():
        return
    kept = beginning.copy({"it": now})["it"]
    assert not beginning.is_still({"it": now}) or torch.equal(now, beginning.tensors["it"])  # a zero has two signs
    assert torch.equal(kept, now) and kept is not now


@pytest.mark.parametrize("form", [torch.contiguous_format, torch.channels_last])
def test_distances_are_those_of_all_tensors_together(form: torch.memory_format):
    start = {name: torch.randn(8, 33, 8, 9).to(memory_format=form) for name in ("moves", "rests", "moves too")}
    beginning = Beginning(start)
    now = {name: each + (0 if name == "rests" else 0.1 * torch.randn(8, 33, 8, 9)) for name, each in start.items()}
    wanted = torch.cat([(now[name] - start[name]).flatten() for name in start]).norm()
    assert beginning.distance(now, start) == pytest.approx(float(wanted), rel=1e-6)
    assert beginning.distance(now, ["rests"]) == 0
    assert beginning.distance(now, []) == 0


def test_what_was_copied_stays_as_it_was():
    now = {"rests": torch.ones(3), "learns": torch.ones(3), "is new": torch.ones(3)}
    beginning = Beginning({name: now[name] for name in ("rests", "learns")})
    now["learns"] += 1
    kept = beginning.copy(now)
    for each in now.values():
        each += 5
    assert [float(kept[name][0]) for name in now] == [1, 2, 1]


def test_what_lies_in_a_larger_memory_is_not_taken_for_the_same_unless_it_is():
    memory = torch.zeros(4 * SOON_COMPARED)
    part = memory[SOON_COMPARED : 3 * SOON_COMPARED]
    beginning = Beginning({"part": part})
    part += 1
    assert not beginning.is_still({"part": part})
    assert beginning.distance({"part": part}, ["part"]) == pytest.approx((2 * SOON_COMPARED) ** 0.5)


def test_bytes_that_are_left_over_count():
    one, other = torch.zeros(9, dtype=torch.uint8), torch.zeros(9, dtype=torch.uint8)
    other[8] = 1
    assert sum_of_bits(one) != sum_of_bits(other)


@pytest.fixture
def of_a_head(run, tiny: Recipe):
    run(replace(tiny, backbone="thaw_small", pretrained=True, strategy="head", precision="float32"))
    return run.sessions[-1]


def test_a_frozen_weight_that_moves_a_little_is_measured_hashed_anew_and_kept(of_a_head):
    net = of_a_head.net
    name = max(net.start.keys() - net.head, key=lambda each: net.start[each].numel())
    frozen = {each: net.model.state_dict()[each] for each in net.start.keys() - net.head}
    assert net.start[name].numel() >= SOON_COMPARED
    assert net.hash_of(frozen) == net.weights_hash == hash_of(frozen)
    assert of_a_head.state_now()[name] is net.start[name]
    stage = next(place for place, each in enumerate(net.stages) if name in each.parameters)
    assert of_a_head.stages_now()[stage]["moved"] == 0

    one = net.model.get_parameter(name).data[0, 0, 0]
    one.copy_(torch.nextafter(one, torch.tensor(1e9)))
    assert of_a_head.stages_now()[stage]["moved"] > 0
    assert net.hash_of(frozen) == hash_of(frozen) != net.weights_hash
    assert torch.equal(of_a_head.state_now()[name], net.model.get_parameter(name))


def test_part_of_a_network_has_a_hash_of_its_own(of_a_head):
    net = of_a_head.net
    part = dict(list(net.model.state_dict().items())[:3])
    assert net.hash_of(part) == hash_of(part) != net.weights_hash
    assert net.hash_of(net.model.state_dict()) != net.weights_hash


def test_what_was_added_to_a_network_counts_in_its_hash(run, tiny: Recipe):
    run(replace(tiny, backbone="thaw_small", strategy="lora", epochs=1))
    net = run.sessions[-1].net
    rest = {name: each for name, each in net.start.items() if name not in net.head}
    assert any(is_adapter(name) for name in rest)
    assert net.hash_of(rest) == hash_of(rest) != net.weights_hash


def test_a_network_that_has_answered_answers_for_other_weights_as_one_that_is_read_back_does(of_a_head):
    last, pictures = of_a_head.state_now(), of_a_head.lesson.canvases[of_a_head.lesson.splits["val"]]
    other = {name: each + 0.1 if name in of_a_head.net.head else each for name, each in last.items()}
    used = of_a_head.predictor(last)
    before = used.logits_of(pictures)
    again = of_a_head.predictor(other, used)
    assert again is used
    assert not np.array_equal(again.logits_of(pictures), before)
    np.testing.assert_array_equal(again.logits_of(pictures), of_a_head.predictor(other).logits_of(pictures))


@pytest.mark.parametrize(("strategy", "again"), [("head", True), ("full", False)])
def test_only_a_network_with_its_norms_in_their_places_takes_up_others(run, tiny: Recipe, strategy: str, again: bool):
    run(replace(tiny, backbone="thaw_small", strategy=strategy, precision="float32", epochs=2))
    session = run.sessions[-1]
    used = session.predictor(session.best)
    assert (session.predictor(session.best, used) is used) == again


def test_transformers_that_keep_sums_for_evaluation_take_up_others_too(run, tiny: Recipe):
    recipe = replace(tiny, backbone="tiny_vit_5m_224", strategy="last_stages", precision="float32", epochs=2)
    run(replace(recipe, image_size=(64, 64), examples_per_class=1))
    session = run.sessions[-1]
    last, pictures = session.state_now(), session.lesson.canvases[session.lesson.splits["val"][:4]]
    other = {name: torch.rand_like(each) if "attention_biases" in name else each for name, each in last.items()}
    used = session.predictor(last)
    before = used.logits_of(pictures)
    again = session.predictor(other, used)
    assert again is used and not np.allclose(again.logits_of(pictures), before)
    np.testing.assert_array_equal(again.logits_of(pictures), session.predictor(other).logits_of(pictures))
