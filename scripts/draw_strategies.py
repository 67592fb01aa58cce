"""Draws freeze strategies as heat maps: parts upward, epochs to the right, ice is frozen, warm is learning."""

import math
from xml.sax.saxutils import escape

from core.catalog.registry import Choice
from core.catalog.strategies import STRATEGIES

PARTS, EPOCHS = 6, 8
CELL, GAP, ROOM = 18, 2, 44
ICE, WARM = "#A9D3F0", ("#E8761E", "#F9A94A", "#FFD58A", "#FFF0CF")

SHOWN: dict[str, Choice] = {
    "head only": STRATEGIES.choose("head"),
    "last stages": STRATEGIES.choose("last_stages", count=2),
    "freeze until": STRATEGIES.choose("freeze_until", epoch=4),
    "gradual": STRATEGIES.choose("gradual", epochs_per_stage=1),
    "discriminative": STRATEGIES.choose("discriminative"),
    "full": STRATEGIES.choose("full"),
}

STYLE = """\
  <defs><path id="flake" d="M0-4V4M-3.5-2 3.5 2M-3.5 2 3.5-2"/></defs>
  <style>
    text { font: 600 14px system-ui, sans-serif; fill: #4A5B6C; }
    rect { stroke: #14212E; stroke-opacity: 0.25; }
    path { stroke: #14212E; stroke-opacity: 0.45; }
    @media (prefers-color-scheme: dark) { text { fill: #9FB0C0; } rect { stroke-opacity: 0; } }
  </style>"""


def colour(scale: float) -> str:
    """Ice where frozen, else warm: from full rate to a hundredth of it, on a logarithmic scale."""
    if scale == 0:
        return ICE
    place = min(len(WARM) - 1.001, -math.log(min(scale, 1.0), 5))
    return blend(WARM[int(place)], WARM[int(place) + 1], place % 1)


def blend(one: str, other: str, share: float) -> str:
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def cell(x: float, y: float, scale: float, says: str) -> str:
    """A rounded square; a frozen one also bears a snowflake, so that colour is never the only sign."""
    square = f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" rx="3" fill="{colour(scale)}"/>'
    flake = "" if scale else f'<use href="#flake" x="{x + CELL / 2}" y="{y + CELL / 2}"/>'
    return f"  <g><title>{says}</title>{square}{flake}</g>"


def heat_map(choice: Choice, left: float, top: float) -> list[str]:
    strategy, pitch = STRATEGIES.build(choice), CELL + GAP
    cells = []
    for epoch in range(EPOCHS):
        for part, scale in enumerate(strategy.lr_scales(PARTS, epoch)):
            says = f"epoch {epoch}, part {part}: " + (f"rate x {scale:.3g}" if scale else "frozen")
            cells.append(cell(left + epoch * pitch, top + (PARTS - 1 - part) * pitch, scale, says))
    return cells


def picture(columns: int = 3) -> str:
    """All of SHOWN as one SVG."""
    width, height = EPOCHS * (CELL + GAP), PARTS * (CELL + GAP)
    lines = []
    for place, (title, choice) in enumerate(SHOWN.items()):
        left, top = (place % columns) * (width + ROOM), (place // columns) * (height + ROOM) + 24
        lines += [f'  <text x="{left}" y="{top - 8}">{escape(title)}</text>', *heat_map(choice, left, top)]
    rows = math.ceil(len(SHOWN) / columns)
    box = f"-4 0 {columns * (width + ROOM) - ROOM + 8} {rows * (height + ROOM) - 16}"
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">', STYLE, *lines, "</svg>"]) + "\n"


def logo() -> str:
    """Six bars, stacked as parts are: ice below, warm above."""
    colours = [colour(scale) for scale in (1.0, 0.3, 0.06, 0.0, 0.0, 0.0)]
    bars = [
        f'  <rect x="3" y="{3 + 4.5 * i}" width="26" height="3.5" rx="1" fill="{c}"/>' for i, c in enumerate(colours)
    ]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">', *bars, "</svg>"]) + "\n"
