"""Pictures side by side: each whole, in its order, on white."""

import numpy as np
import pytest

from core.data.sheet import GAP, contact_sheet


@pytest.mark.parametrize(("count", "height", "width"), [(1, 8, 8), (5, 8, 8), (32, 24, 80), (3, 50, 2)])
def test_every_picture_stands_whole_on_the_sheet(count: int, height: int, width: int):
    pictures = np.random.default_rng(0).integers(0, 255, (count, height, width, 3)).astype(np.uint8)
    sheet = np.asarray(contact_sheet(pictures))
    columns = (sheet.shape[1] - GAP) // (width + GAP)
    for place, picture in enumerate(pictures):
        top, left = GAP + place // columns * (height + GAP), GAP + place % columns * (width + GAP)
        np.testing.assert_array_equal(sheet[top : top + height, left : left + width], picture)
    assert (sheet[:GAP] == 255).all() and (sheet[:, :GAP] == 255).all()


def test_a_sheet_of_wide_pictures_is_not_a_ribbon():
    sheet = contact_sheet(np.zeros((32, 10, 40, 3), np.uint8))
    assert 0.4 < sheet.height / sheet.width < 2.5
