import json

import numpy as np
import pytest
from PIL import Image

from core.data.audit import audit
from core.data.findings import LISTED
from core.data.folders import folder_source
from core.data.splits import split
from core.data.stacks import stacked_source


def audited(folder, home):
    source = folder_source("set", folder, home.cache)
    return audit(source, split(source))


def found(result, kind):
    return [each for each in result.findings if each.kind == kind]


def test_a_sound_dataset_has_no_warnings(draw, home):
    result = audited(draw("set", {"train/ants": 12, "train/bees": 12, "test/ants": 5, "test/bees": 5}), home)
    assert [each for each in result.findings if each.severity != "info"] == []
    assert result.splits == {"train": 21, "val": 3, "test": 10}
    assert result.classes == {"ants": 17, "bees": 17}


def test_the_same_picture_with_two_labels_is_a_conflict(draw, home):
    folder = draw("set", {"ants": 20, "bees": 20})
    (folder / "bees/copy.png").write_bytes((folder / "ants/3.png").read_bytes())
    (conflict,) = found(audited(folder, home), "conflict")
    assert conflict.severity == "error"
    assert set(conflict.files) == {"ants/3.png", "bees/copy.png"}
    assert "'ants' and 'bees'" in conflict.message


def test_the_same_picture_twice_in_a_split_is_a_duplicate(draw, home):
    folder = draw("set", {"train/ants": 5, "train/bees": 5, "val/ants": 2, "val/bees": 2})
    (folder / "train/ants/copy.png").write_bytes((folder / "train/ants/3.png").read_bytes())
    result = audited(folder, home)
    assert [each.severity for each in found(result, "duplicate")] == ["warning"]
    assert found(result, "leak") == []


def test_a_copy_saved_again_in_another_split_is_a_near_leak(draw, home):
    folder = draw("set", {"train/ants": 5, "train/bees": 5, "val/ants": 2, "val/bees": 2}, size=(64, 48))
    coarse = Image.open(folder / "train/ants/1.png").resize((9, 8)).resize((64, 48), Image.Resampling.NEAREST)
    coarse.save(folder / "train/ants/coarse.png")
    coarse.save(folder / "val/ants/coarse.jpg", quality=90, subsampling=0)
    (leak,) = found(audited(folder, home), "near_leak")
    assert set(leak.files) == {"train/ants/coarse.png", "val/ants/coarse.jpg"}


def test_lopsided_classes_and_missing_ones_are_told(draw, home):
    folder = draw("set", {"train/ants": 40, "train/bees": 2, "val/ants": 3, "test/ants": 3, "test/wasps": 1})
    result = audited(folder, home)
    assert found(result, "imbalance")[0].severity == "warning"
    assert "'bees' (2)" in found(result, "few")[0].message
    absent = {each.message: each.severity for each in found(result, "absent")}
    assert absent == {
        "No picture in train has 1 of the classes: 'wasps'.": "error",
        "No picture in val has 2 of the classes: 'bees', 'wasps'.": "warning",
        "No picture in test has 1 of the classes: 'bees'.": "warning",
    }


def test_odd_sizes_modes_and_colours_are_told(draw, home):
    folder = draw("set", {"ants": 20, "bees": 20}, size=(40, 30))
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (10, 200), dtype=np.uint8)).save(folder / "ants/wide.png")
    Image.new("L", (40, 30), 128).save(folder / "ants/blank.png")
    Image.fromarray(np.random.default_rng(0).integers(0, 9, (30, 40, 3), dtype=np.uint8)).save(folder / "bees/dark.png")
    result = audited(folder, home)
    assert [each.files for each in found(result, "odd_size")] == [("ants/wide.png",)]
    assert [each.files for each in found(result, "blank")] == [("ants/blank.png",)]
    assert ("bees/dark.png",) in [each.files for each in found(result, "brightness")]
    assert "PNG RGB (41)" in found(result, "modes")[0].message
    assert "PNG L (2)" in found(result, "modes")[0].message


def test_skipped_files_are_told_and_long_lists_are_counted(draw, home):
    folder = draw("set", {"ants": 20, "bees": 20})
    for number in range(LISTED + 7):
        (folder / f"notes{number}.txt").write_text("hello")
    skipped = found(audited(folder, home), "skipped")
    assert len(skipped) == LISTED + 1
    assert "not a picture (.txt)" in skipped[0].message
    assert skipped[-1].message == "7 more files are not part of the dataset."


def test_the_worst_comes_first(draw, home):
    folder = draw("set", {"ants": 30, "bees": 1})
    (folder / "bees/copy.png").write_bytes((folder / "ants/3.png").read_bytes())
    severities = [each.severity for each in audited(folder, home).findings]
    assert severities == sorted(severities, key=("error", "warning", "info").index)


def test_colours_are_those_of_the_training_split():
    pictures = np.zeros((20, 4, 4, 3), np.uint8)
    pictures[:10, :, :2, 0] = 255
    source = stacked_source("set", pictures, np.arange(20) % 2, ["a", "b"], given=["train"] * 10 + ["val"] * 10)
    result = audit(source, split(source))
    assert result.mean == pytest.approx((0.5, 0, 0))
    assert result.std == pytest.approx((0.5, 0, 0))


def test_an_audit_is_plain_json(draw, home):
    said = audited(draw("set", {"ants": 20, "bees": 20}), home).to_json()
    assert json.loads(json.dumps(said)) == {**said, "mean": list(said["mean"]), "std": list(said["std"])}
    assert {"dataset", "splits", "findings"} <= said.keys()
    assert all(each.keys() == {"kind", "severity", "message", "files"} for each in said["findings"])
