"""Pictures side by side on one sheet."""

import math

import numpy as np
from PIL import Image

GAP = 2
GROUND = 255


def contact_sheet(pictures: np.ndarray) -> Image.Image:
    """Equal pictures (n, height, width, 3) in rows on white, about as wide as high."""
    count, height, width = pictures.shape[:3]
    columns = max(1, min(count, round(math.sqrt(count * height / width))))
    rows = math.ceil(count / columns)
    sheet = np.full((rows * (height + GAP) + GAP, columns * (width + GAP) + GAP, 3), GROUND, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = (
            GAP + index * (side + GAP) for index, side in zip(divmod(place, columns), (height, width), strict=True)
        )
        sheet[top : top + height, left : left + width] = picture
    return Image.fromarray(sheet)
