import json

import numpy as np

from core.data.folders import folder_source
from core.data.overview import overview
from core.data.stacks import stacked_source


def test_classes_are_counted_in_every_split_as_it_will_be_used(draw, home):
    folder = draw("set", {"train/ants": 20, "train/bees": 10, "test/ants": 3, "test/bees": 4})
    seen = overview(folder_source("set", folder, home.cache))
    assert seen["classes"] == [
        {"label": "ants", "pictures": 23, "train": 18, "val": 2, "test": 3},
        {"label": "bees", "pictures": 14, "train": 9, "val": 1, "test": 4},
    ]
    assert [(each["split"], each["pictures"], each["brought"]) for each in seen["splits"]] == [
        ("train", 27, True),
        ("val", 3, False),
        ("test", 7, True),
    ]
    assert sum(each["share"] for each in seen["splits"]) == 1
    assert seen["imbalance"] == 2.0


def test_sizes_have_both_ends_and_a_middle(draw, home):
    folder = draw("set", {"ants": 4, "bees": 4}, size=(40, 30))
    draw("set", {"wasps": 2}, size=(200, 10))
    sizes = overview(folder_source("set", folder, home.cache))["sizes"]
    assert sizes["width"] == {"smallest": 40, "median": 40, "largest": 200}
    assert sizes["height"] == {"smallest": 10, "median": 30, "largest": 30}
    assert sizes["different"] == 2


def test_what_was_left_out_is_told_with_its_reason(draw, home):
    folder = draw("set", {"ants": 4, "bees": 4})
    (folder / "ants/notes.txt").write_text("hello")
    skipped = overview(folder_source("set", folder, home.cache))["skipped"]
    assert skipped == [{"file": "ants/notes.txt", "reason": "it is not a picture (.txt)"}]


def test_a_dataset_that_cannot_be_split_is_shown_all_the_same_with_the_reason():
    source = stacked_source("set", np.zeros((2, 4, 4), np.uint8), np.arange(2), ["a", "b"], given=["test"] * 2)
    seen = overview(source)
    assert "no training pictures" in seen["trouble"]
    assert (seen["splits"], seen["imbalance"], seen["pictures"]) == ([], None, 2)


def test_an_overview_is_plain_json(draw, home):
    seen = overview(folder_source("set", draw("set", {"ants": 20, "bees": 20}), home.cache))
    assert json.loads(json.dumps(seen)) == seen
