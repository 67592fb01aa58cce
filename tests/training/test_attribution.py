"""Where a network looked is where what it learned from stands: convolutions and transformers alike."""

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from torch.nn import functional

from core.data.pixels import Preparation
from core.training.attribution import looks, overlay
from core.training.predicting import Predictor, normalised

SIDE = 64
PREPARATION = Preparation(size=(SIDE, SIDE), fit="squash", mean=(0.5,) * 3, std=(0.5,) * 3)
MOST_STEPS = 200
COLOURS = ((220, 40, 40), (40, 200, 60))
NETWORKS = {
    "resnet10t": {},
    "vit_tiny_patch16_224": {"img_size": SIDE, "patch_size": 8, "depth": 3, "embed_dim": 48, "num_heads": 3},
    "swin_tiny_patch4_window7_224": {"img_size": SIDE, "window_size": 4, "depths": (1, 1), "embed_dim": 24},
}


def drawn(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A square of the class's colour somewhere on the left; grey noise, and nothing to learn from, on the right."""
    draw = np.random.default_rng(seed)
    labels = draw.integers(0, 2, count)
    pictures = draw.integers(90, 160, (count, SIDE, SIDE, 1)).repeat(3, 3).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        top, left = draw.integers(4, 44), draw.integers(2, 14)
        picture[top : top + 16, left : left + 16] = COLOURS[label]
    return pictures, labels


@pytest.fixture(scope="module", params=NETWORKS)
def predictor(request: pytest.FixtureRequest) -> Predictor:
    """A network that has learned to tell the two by their left half, there being nothing else."""
    torch.manual_seed(0)
    model = timm.create_model(request.param, num_classes=2, **NETWORKS[request.param])
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3)
    for step in range(MOST_STEPS):
        pictures, labels = drawn(16, step)
        loss = functional.cross_entropy(model(normalised(pictures, PREPARATION, "cpu")), torch.from_numpy(labels))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step > 20 and loss < 0.03:
            break
    return Predictor(model.eval(), ("red", "green"), PREPARATION)


def test_the_heat_lies_in_the_half_that_tells_the_classes_apart(predictor: Predictor):
    pictures, labels = drawn(8, 999)
    rows = predictor.probabilities_of(pictures)
    assert (rows.argmax(1) == labels).mean() > 0.9, "it must have learned first"
    left = []
    for picture, label in zip(pictures, labels, strict=True):
        _, (look,) = looks(predictor, Image.fromarray(picture), [int(label)])
        left.append(look.heat[:, : SIDE // 2].sum() / max(look.heat.sum(), 1e-9))
    assert np.mean(left) > 0.8


def test_every_class_has_its_own_look_and_its_probability(predictor: Predictor):
    (picture,), (label,) = drawn(1, 7)
    seen, found = looks(predictor, Image.fromarray(picture), [0, 1])
    assert [look.label for look in found] == ["red", "green"]
    assert [look.probability for look in found] == pytest.approx(predictor.probabilities_of(picture[None])[0], abs=1e-5)
    assert not np.array_equal(found[0].heat, found[1].heat)
    assert "left" in found[label].where
    assert all(look.heat.min() >= 0 and look.heat.max() <= 1 for look in found)
    np.testing.assert_array_equal(seen, picture)


def test_the_drawing_is_warm_where_the_heat_is_and_grey_elsewhere(predictor: Predictor):
    (picture,), (label,) = drawn(1, 7)
    seen, (look,) = looks(predictor, Image.fromarray(picture), [int(label)])
    shown = np.asarray(overlay(seen, look)).astype(int)
    assert max(shown.shape) >= 256
    colour = Image.fromarray((shown[..., 0] - shown[..., 2]).clip(0).astype(np.uint8)).resize((SIDE, SIDE))
    assert np.asarray(colour)[look.heat > 0.8].mean() > 60 > 10 > np.asarray(colour)[look.heat < 0.03].mean()


def test_a_network_that_keeps_no_places_is_asked_about_its_pixels():
    torch.manual_seed(0)

    class Flat(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.left = torch.nn.Linear(3 * SIDE * SIDE // 2, 2)

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return self.left(pictures[..., : SIDE // 2].flatten(1))

    (picture,), _ = drawn(1, 3)
    _, (look,) = looks(Predictor(Flat(), ("a", "b"), PREPARATION), Image.fromarray(picture), [0])
    assert look.heat[:, : SIDE // 2].any() and not look.heat[:, SIDE // 2 :].any()


def test_where_nothing_speaks_for_a_class_it_says_so():
    class Constant(torch.nn.Module):
        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return pictures.sum((1, 2, 3))[:, None] * torch.zeros(1, 2)

    (picture,), _ = drawn(1, 3)
    _, (look,) = looks(Predictor(Constant(), ("a", "b"), PREPARATION), Image.fromarray(picture), [1])
    assert look.where == "nowhere" and not look.heat.any()
