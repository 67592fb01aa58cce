"""Make the small backbone that Thaw ships: train it on scribbles and on FashionMNIST, write it as timm reads it.

    THAW_DATA=FOLDER python scripts/make_backbone.py --to checkpoints/shipped/thaw_small

It learns, with one classifier over all of them, to tell apart hundreds of classes of random scribbles (`scribbles.py`;
drawn anew for every batch) and the ten kinds of clothes of FashionMNIST (MIT). No digit and no letter of any kind is
among the pictures, drawn, rendered or photographed, so that what is later learned about digits was learned from digits.
With the same seed, thread count, machine and versions it writes the same bits.
"""

import argparse
import gzip
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import timm
import torch
from safetensors.torch import save_file
from scribbles import Scribbles, draw, invent, painted
from torch import Generator, Tensor, nn
from torch.nn import functional

ARCHITECTURE = "resnet18"
MODEL_ARGS = {
    "layers": [1, 1, 1, 1],
    "channels": [32, 64, 96, 176],
    "stem_width": 16,
    "stem_type": "deep",
    "avg_down": True,
}
SIZE = 40
MEAN = STD = 0.5
SCRIBBLES, CLOTHES = (
    800,
    ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
)
BATCH, CLOTHES_SHARE, PEAK_RATE = 192, 0.2, 0.2


def clothes(folder: Path) -> tuple[Tensor, Tensor]:
    """The training pictures of FashionMNIST (60,000 x 1 x 28 x 28 bytes) and their labels."""
    pictures, labels = (
        np.frombuffer(gzip.decompress((folder / f"train-{part}-ubyte.gz").read_bytes()), np.uint8, offset=skip)
        for part, skip in (("images-idx3", 16), ("labels-idx1", 8))
    )
    return torch.tensor(pictures).view(-1, 1, 28, 28), torch.tensor(labels).long()


def worn(pictures: Tensor, generator: Generator) -> Tensor:
    """Clothes mirrored, turned, scaled and shifted a little, then painted like the scribbles."""
    count = len(pictures)
    angle = 0.12 * torch.randn(count, generator=generator)
    scale = 0.85 + 0.4 * torch.rand(count, generator=generator)
    mirror = torch.randint(2, (count,), generator=generator) * 2 - 1
    shift = 0.15 * torch.rand((count, 2, 1), generator=generator) - 0.075
    turn = torch.stack([mirror * angle.cos(), -angle.sin(), mirror * angle.sin(), angle.cos()], -1).view(count, 2, 2)
    grid = functional.affine_grid(
        torch.cat([turn * scale[:, None, None], shift], -1), [count, 1, SIZE, SIZE], align_corners=False
    )
    return painted(functional.grid_sample(pictures.float() / 255, grid, align_corners=False), generator)


def batches(scribbles: Scribbles, fashion: Path, generator: Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless normalised pictures and labels; the scribbles' classes come first, the clothes' after them."""
    pictures, labels = clothes(fashion)
    dressed = round(BATCH * CLOTHES_SHARE)
    while True:
        drawn = torch.randint(len(scribbles), (BATCH - dressed,), generator=generator)
        chosen = torch.randint(len(labels), (dressed,), generator=generator)
        both = torch.cat([draw(scribbles, drawn, SIZE, generator), worn(pictures[chosen], generator)])
        yield (both - MEAN) / STD, torch.cat([drawn, labels[chosen] + len(scribbles)])


def rate(step: int, steps: int) -> float:
    """A tenth of the way up, then down along half a cosine."""
    through = step / steps
    return PEAK_RATE * min(1.0, 10 * through) * 0.5 * (1 + math.cos(math.pi * through))


def learned(steps: int, seed: int, fashion: Path) -> nn.Module:
    """The network after so many steps; bfloat16 where it can, which halves the time on processors that have it."""
    torch.manual_seed(seed)
    generator = Generator().manual_seed(seed)
    scribbles = invent(SCRIBBLES, generator)
    model = timm.create_model(ARCHITECTURE, num_classes=SCRIBBLES + len(CLOTHES), **MODEL_ARGS)
    model = model.to(memory_format=torch.channels_last).train()
    matrices, vectors = ([p for p in model.parameters() if (p.ndim > 1) is wide] for wide in (True, False))
    groups = [{"params": matrices, "weight_decay": 5e-4}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=PEAK_RATE, momentum=0.9, nesterov=True)
    for step, (pictures, labels) in zip(range(steps), batches(scribbles, fashion, generator), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(pictures.contiguous(memory_format=torch.channels_last)).float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=0.1)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if step % 50 == 0 or step == steps - 1:
            print(f"step {step} of {steps}: loss {loss.item():.2f}, {told(logits, labels)}", flush=True)
    return model


def told(logits: Tensor, labels: Tensor) -> str:
    """How many of a batch were told right, of each kind."""
    right, dressed = logits.argmax(1) == labels, labels >= SCRIBBLES
    return f"scribbles {right[~dressed].float().mean():.0%}, clothes {right[dressed].float().mean():.0%}"


def keep(model: nn.Module, folder: Path) -> None:
    """Write what plain timm needs to build it again, in halves, without the classifier that nobody will ask for."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: value for name, value in model.state_dict().items() if not name.startswith("fc.")}
    halves = {name: value.half().contiguous() if value.is_floating_point() else value for name, value in state.items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config(model), indent=2) + "\n")


def config(model: nn.Module) -> dict[str, object]:
    return {
        "architecture": ARCHITECTURE,
        "num_classes": 0,
        "num_features": model.num_features,
        "model_args": MODEL_ARGS,
        "pretrained_cfg": {
            "tag": "thaw_small",
            "num_classes": 0,
            "input_size": [3, SIZE, SIZE],
            "pool_size": [2, 2],
            "crop_pct": 1.0,
            "interpolation": "bilinear",
            "mean": [MEAN] * 3,
            "std": [STD] * 3,
            "first_conv": "conv1.0",
            "classifier": "fc",
            "license": "mit",
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True, help="the folder to write")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("THAW_DATA", ".")), help="holds FashionMNIST")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    choices = parser.parse_args()
    torch.set_num_threads(choices.threads)
    keep(learned(choices.steps, choices.seed, choices.data / "FashionMNIST" / "raw"), choices.to)


if __name__ == "__main__":
    main()
