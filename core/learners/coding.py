"""The autoencoder's network: pictures squeezed into a few numbers, drawn again from them, and named by them."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from core.learners.numbers import added

WIDTHS = (24, 48, 96, 128, 128, 128)
DIGITS = 10
HIDDEN = 256
LEAST = 1e-9


def depth_for(size: tuple[int, int]) -> int:
    """How often a picture is halved: until its shorter side is about four."""
    return next((depth for depth in range(1, len(WIDTHS)) if min(size) / 2**depth < 6), len(WIDTHS))


class Encoder(nn.Module):
    """Convolutions that halve the picture again and again, and a layer that keeps a few numbers of it."""

    def __init__(self, size: tuple[int, int], latent: int):
        super().__init__()
        widths = (3, *WIDTHS[: depth_for(size)])
        self.halvings = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()
            )
            for before, after in zip(widths, widths[1:], strict=False)
        )
        height, width = map_of(size)
        self.squeeze = nn.Linear(widths[-1] * height * width, latent)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        for halve in self.halvings:
            pictures = halve(pictures)
        return self.squeeze(pictures.flatten(1))


def map_of(size: tuple[int, int]) -> tuple[int, int]:
    """Height and width of the smallest map: every halving rounds up."""
    by = 2 ** depth_for(size)
    return -(-size[0] // by), -(-size[1] // by)


class Decoder(nn.Module):
    """The way back: from the few numbers to a picture, shades from 0 to 1."""

    def __init__(self, size: tuple[int, int], latent: int):
        super().__init__()
        self.size, self.map = size, map_of(size)
        widths = WIDTHS[: depth_for(size)][::-1]
        self.spread = nn.Linear(latent, widths[0] * self.map[0] * self.map[1])
        self.doublings = nn.ModuleList(
            nn.Sequential(
                nn.Upsample(scale_factor=2),
                nn.Conv2d(before, after, 3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            )
            for before, after in zip(widths, (*widths[1:], WIDTHS[0]), strict=True)
        )
        self.colour = nn.Conv2d(WIDTHS[0], 3, 3, padding=1)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        pictures = self.spread(latents).unflatten(1, (-1, *self.map))
        for double in self.doublings:
            pictures = double(pictures)
        return self.colour(pictures)[:, :, : self.size[0], : self.size[1]].sigmoid()


class Namer(nn.Module):
    """From the few numbers to a score per class."""

    def __init__(self, latent: int, classes: int):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(latent, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes))

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return self.layers(latents)


class Adder(nn.Module):
    """From the few numbers to a digit for each of some places, and by exact convolution to the sum of them all."""

    def __init__(self, latent: int, places: int, numbers: Sequence[int]):
        super().__init__()
        self.places = places
        self.layers = nn.Sequential(nn.Linear(latent, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, places * DIGITS))
        self.numbers = list(numbers)

    def digits(self, latents: torch.Tensor) -> torch.Tensor:
        """For each picture and place, a distribution over the digits."""
        return self.layers(latents).unflatten(1, (self.places, DIGITS)).softmax(2)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        sums = added(self.digits(latents))
        wide = functional.pad(sums, (0, max(0, max(self.numbers) + 1 - sums.shape[1])))
        chosen = wide[:, self.numbers].clamp(min=LEAST)
        return (chosen / chosen.sum(1, keepdim=True)).log()


class Autoencoder(nn.Module):
    """Encoder, decoder and classifier; called like any network, it names."""

    def __init__(self, size: tuple[int, int], latent: int, numbers: Sequence[int] | int, places: int = 0):
        """`numbers` is how many classes there are, or (with places) which sums they stand for."""
        super().__init__()
        self.encoder, self.decoder = Encoder(size, latent), Decoder(size, latent)
        self.classifier = Namer(latent, numbers) if isinstance(numbers, int) else Adder(latent, places, numbers)
        # As timm's networks say where their maps are, so that `why` can ask this one, too.
        self.feature_info = [{"module": f"encoder.halvings.{place}"} for place in range(len(self.encoder.halvings))]

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.classifier(self.encoder(pictures))
