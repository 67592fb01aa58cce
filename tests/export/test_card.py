"""The model card: figures never without their noise, limits, licences, and names that stay names."""

import json
import re
from pathlib import Path

import pytest

from core.export.card import card, plain
from core.home import Home
from core.service import Workbench
from tests.conftest import HOSTILE_NAME


@pytest.fixture
def sample(home_folder: Path) -> dict:
    """Everything that is known of the run that comes with Thaw."""
    bench = Workbench(Home(home_folder))
    run = bench.show("sample")
    bench.close()
    return run


def written(run: dict, *notes: str) -> str:
    return card(run, notes, None, ["model.safetensors"])


def test_every_class_stands_there_with_its_support_and_intervals(sample: dict):
    rows = re.findall(r"^\| (\d) \| (\d+) \| ([\d.]+%) \(([\d.]+%) to ([\d.]+%)\)", written(sample), re.MULTILINE)
    assert [row[0] for row in rows] == sample["classes"]
    assert [int(row[1]) for row in rows] == [each["support"] for each in sample["test"]["classes"]]
    low, high = sample["test"]["classes"][8]["recall_interval"]
    assert rows[8][3:] == (f"{low:.1%}", f"{high:.1%}")


def test_the_recipe_and_the_versions_to_do_it_again_stand_there(sample: dict):
    text = written(sample)
    (recipe,) = re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)
    assert json.loads(recipe) == sample["recipe"]
    assert f"timm {sample['environment']['versions']['timm']}" in text


def test_licences_stand_there_as_far_as_they_are_known(sample: dict):
    assert "Data: CC BY 4.0" in written(sample) and "began with: mit" in written(sample)
    sample["recipe"]["dataset"], sample["environment"]["licences"] = (
        "mine",
        {"data": "unknown", "weights": "apache-2.0"},
    )
    assert "Data: unknown." in written(sample) and "began with: apache-2.0" in written(sample)
    sample["recipe"]["pretrained"] = False
    assert "no earlier licence" in written(sample)


def test_pictures_that_also_chose_the_epoch_are_said_to_flatter(sample: dict):
    assert "flatters" not in written(sample)
    assert "flatters" in written({**sample, "test": None})


def test_a_class_that_was_never_named_has_no_precision(sample: dict):
    never = {**sample["test"]["classes"][0], "predicted": 0, "precision": 0.0, "precision_interval": None}
    sample["test"]["classes"][0] = never
    assert "none to judge by" in written(sample)


@pytest.mark.parametrize("name", [HOSTILE_NAME, "a | b", "# a", "<b>`x`</b>", "www.there.net", "![](x)\n\n# new"])
def test_names_become_neither_pictures_nor_links_nor_rows(sample: dict, name: str):
    sample["name"] = sample["classes"][0] = sample["test"]["classes"][0]["label"] = name
    text = written({**sample, "recipe": {**sample["recipe"], "dataset": "d"}}, f"A note on {name}.")
    outside = re.sub(r"`{3,}json.*?`{3,}", "", text, flags=re.DOTALL)
    assert plain(name) in outside
    assert re.findall(r"(?<!\\)<|!\[|http://|www\.|^# new| a \| b ", outside, re.MULTILINE) == []


def test_a_recipe_with_fences_in_it_stays_in_its_fence(sample: dict):
    sample["recipe"]["dataset"] = "x\n````\n# out"
    assert "`````json" in written(sample)
