"""Draw scribbles: classes of random pen strokes that stand for nothing, each drawn again and again by an unsteady hand.

A class is one to three strokes, each a handful of knots that a wandering pen left behind, joined in one of four
manners. No letter, digit or any other sign is rendered from a font or copied from a data set; the strokes are random.
An instance moves the knots, turns, shears, scales and shifts the whole, and changes the pen, the paper and the
sharpness. Everything is one batch of tensors, so that drawing costs far less than learning from what was drawn.
"""

import math
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor
from torch.nn import functional

STROKES, KNOTS, POINTS = 3, 6, 40


@dataclass(frozen=True)
class Scribbles:
    """Classes of scribbles: what the hand means to draw."""

    knots: Tensor
    """(classes, STROKES, KNOTS, 2): where the pen passes; the strokes fill the square from -1 to 1 in one direction."""
    manner: Tensor
    """(classes, STROKES): which of the manners joins the knots of a stroke."""
    stroke: Tensor
    """(classes, STROKES): which stroke is drawn; a class of fewer strokes repeats its first."""

    def __len__(self) -> int:
        return len(self.knots)


def invent(classes: int, generator: Generator) -> Scribbles:
    """So many classes, each different by chance alone."""
    count = torch.randint(1, STROKES + 1, (classes, 1), generator=generator)
    order = torch.arange(STROKES).expand(classes, STROKES)
    meant = Scribbles(
        knots=wander(classes, generator),
        manner=torch.randint(len(manners()), (classes, STROKES), generator=generator),
        stroke=torch.where(order < count, order, 0),
    )
    return replace(meant, knots=filling(meant, generator))


def wander(classes: int, generator: Generator) -> Tensor:
    """Knots of pens that walk with a bend of their own: arcs, hooks, spirals, zigzags."""
    shape = (classes, STROKES, KNOTS - 1)
    curl = 0.9 * torch.randn((classes, STROKES, 1), generator=generator)
    bend = curl + 0.6 * torch.randn(shape, generator=generator)
    start = 2 * math.pi * torch.rand((classes, STROKES, 1), generator=generator)
    heading = start + bend.cumsum(-1)
    length = 0.3 + 0.7 * torch.rand(shape, generator=generator)
    steps = length[..., None] * torch.stack([heading.cos(), heading.sin()], -1)
    walk = functional.pad(steps.cumsum(-2), (0, 0, 1, 0))
    size = torch.tensor([1.0, 0.8, 0.6])[:STROKES, None, None]
    place = 1.2 * torch.rand((classes, STROKES, 1, 2), generator=generator) - 0.6
    return size * (walk - walk.mean(-2, keepdim=True)) + place


def filling(meant: Scribbles, generator: Generator) -> Tensor:
    """The knots moved and stretched so that each scribble fills the square, some of them narrow or flat."""
    drawn = joined(meant, torch.arange(len(meant)), meant.knots).flatten(1, 2)
    low, high = drawn.amin(1), drawn.amax(1)
    narrow = 0.55 + 0.45 * torch.rand(low.shape, generator=generator)
    stretch = narrow / narrow.amax(-1, keepdim=True) / ((high - low) / 2).clamp(min=0.1)
    return (meant.knots - ((low + high) / 2)[:, None, None]) * stretch[:, None, None]


def joined(scribbles: Scribbles, labels: Tensor, knots: Tensor) -> Tensor:
    """(count, STROKES, POINTS, 2): the strokes through the given knots, each in the manner of its class."""
    stroke = scribbles.stroke[labels]
    knots = knots.gather(1, stroke[..., None, None].expand(-1, -1, KNOTS, 2))
    return manners()[scribbles.manner[labels].gather(1, stroke)] @ knots


def manners() -> Tensor:
    """(4, POINTS, KNOTS): what each knot adds to each point, joined gently, straight, through every knot, or closed."""
    at = torch.linspace(0, 1, POINTS)[:, None]
    knot = torch.arange(KNOTS)
    choose = torch.tensor([math.comb(KNOTS - 1, k) for k in range(KNOTS)])
    gentle = choose * at**knot * (1 - at) ** (KNOTS - 1 - knot)
    straight = (1 - (at * (KNOTS - 1) - knot).abs()).clamp(min=0)
    through = bell(at * (KNOTS - 1) - knot)
    gap = (at * KNOTS - knot).abs()
    closed = bell(torch.minimum(gap, KNOTS - gap))
    return torch.stack([each / each.sum(1, keepdim=True) for each in (gentle, straight, through, closed)])


def bell(distance: Tensor) -> Tensor:
    return torch.exp(-2.0 * distance**2)


def draw(scribbles: Scribbles, labels: Tensor, size: int, generator: Generator) -> Tensor:
    """One picture (3 x size x size, 0 to 1) per label, each with a hand, a pen and a paper of its own."""
    knots = scribbles.knots[labels] + 0.09 * torch.randn((len(labels), STROKES, KNOTS, 2), generator=generator)
    strokes = moved(joined(scribbles, labels, knots), generator)
    return painted(inked(strokes, size, generator), generator)


def moved(points: Tensor, generator: Generator) -> Tensor:
    """The strokes turned, sheared, scaled and shifted as a whole, still within the picture for the most part."""
    count = len(points)
    turn = 0.2 * torch.randn(count, generator=generator)
    shear = 0.2 * torch.randn(count, generator=generator)
    scale = 0.5 + 0.4 * torch.rand((count, 2), generator=generator)
    rows = [turn.cos(), shear - turn.sin(), turn.sin(), turn.cos()]
    matrix = torch.stack(rows, -1).view(count, 1, 2, 2) * scale[:, None, None]
    shift = 0.12 * torch.randn((count, 1, 1, 2), generator=generator)
    return points @ matrix + shift


def inked(points: Tensor, size: int, generator: Generator) -> Tensor:
    """How much ink lies on each pixel (count x 1 x size x size): a soft dot at every point along the strokes.

    A dot is a product of one bell across and one down, so a whole batch of pictures is one product of matrices.
    """
    count = len(points)
    pen = (0.03 + 0.065 * torch.rand((count, 1, 1), generator=generator)).expand(-1, size, -1)
    speed = functional.pad((points[:, :, 1:] - points[:, :, :-1]).norm(dim=-1), (0, 1), mode="replicate").flatten(1)
    dots = points.flatten(1, 2)
    pixel = torch.linspace(-1, 1, size)[None, :, None]
    across, down = (torch.exp(-((pixel - dots[:, None, :, axis]) ** 2) / (2 * pen**2)) for axis in (0, 1))
    pressure = 0.8 + 1.7 * torch.rand((count, 1, 1), generator=generator)
    ink = (down * speed[:, None]) @ across.transpose(1, 2) / pen[:, :, :1]
    return (1 - torch.exp(-pressure * ink))[:, None]


def painted(ink: Tensor, generator: Generator) -> Tensor:
    """Pictures of an ink: its colour and the paper's drawn anew for each, most of them grey, some coarse or noisy."""
    coarse = coarsened(ink, generator)
    paper, pen = colours(len(ink), generator)
    slope = 0.15 * torch.randn((len(ink), 2, 1, 1), generator=generator)
    line = torch.linspace(-1, 1, ink.shape[-1])
    light = slope[:, :1] * line + slope[:, 1:] * line[:, None]
    uneven = torch.rand((len(ink), 1, 1, 1), generator=generator) < 0.4
    noise = 0.1 * torch.rand((len(ink), 1, 1, 1), generator=generator) ** 2
    picture = paper + (pen - paper) * coarse + uneven * light
    return (picture + noise * torch.randn(picture.shape, generator=generator)).clamp(0, 1)


def coarsened(ink: Tensor, generator: Generator) -> Tensor:
    """Half of the pictures as if they had been enlarged from only a few pixels."""
    pixels = int(torch.randint(8, 17, (), generator=generator))
    small = functional.interpolate(ink, size=(pixels, pixels), mode="bilinear", antialias=True)
    large = functional.interpolate(small, size=ink.shape[-2:], mode="bilinear")
    return torch.where(torch.rand((len(ink), 1, 1, 1), generator=generator) < 0.5, large, ink)


def colours(count: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """A paper and a pen for each picture that can be told apart: half of them bright on dark, a third in colour."""
    dark = 0.35 * torch.rand((count, 3, 1, 1), generator=generator) ** 2
    bright = 1 - 0.5 * torch.rand((count, 3, 1, 1), generator=generator)
    grey = torch.rand((count, 1, 1, 1), generator=generator) < 0.65
    dark, bright = (torch.where(grey, each.mean(1, keepdim=True), each) for each in (dark, bright))
    inverted = torch.rand((count, 1, 1, 1), generator=generator) < 0.35
    return torch.where(inverted, bright, dark), torch.where(inverted, dark, bright)
