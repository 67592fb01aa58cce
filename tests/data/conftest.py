"""Small drawn datasets, made afresh for each test."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.home import Home

Draw = Callable[..., Path]


@pytest.fixture
def home(home_folder: Path) -> Home:
    return Home(home_folder)


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    """Draws a folder of small pictures, each unlike the others: `draw("set", {"train/ants": 3})`."""

    def drawn(name: str, folders: dict[str, int], ending: str = ".png", size: tuple[int, int] = (12, 10)) -> Path:
        chance = np.random.default_rng(len(folders))
        root = tmp_path / name
        for folder, count in folders.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                pixels = chance.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
                Image.fromarray(pixels).save(root / folder / f"{number}{ending}")
        return root

    return drawn
