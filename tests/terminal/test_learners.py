"""The terminal and learners that are no network: no strategy is told of them; what they can't show is a sentence."""

from pathlib import Path

import pytest
from PIL import Image

from core.catalog.learners import LEARNERS, OF_ITS_OWN, OnFeatures
from tests.typed import QUICK, Said, typed

OTHERS = [name for name in LEARNERS if not LEARNERS.entry(name).follows_strategy]
AT_ONCE = next(name for name in OTHERS if "why" in LEARNERS.entry(name).without)
REBUILDING = next(name for name in OTHERS if LEARNERS.entry(name).rebuilds)


def trained(capsys: pytest.CaptureFixture, learner: str) -> Said:
    return typed(capsys, "train", *QUICK, "--set", f"learner={learner}", "--set", "strategy=gradual", "--name", "one")


@pytest.mark.parametrize("name", OTHERS)
def test_a_preview_tells_of_no_strategy(name: str, capsys: pytest.CaptureFixture):
    words = ["preview", *QUICK, "--set", "dataset=digits", "--set", f"learner={name}"]
    said = typed(capsys, *words)
    assert OF_ITS_OWN in said.out and "will learn" not in said.out
    seen = typed(capsys, *words, "--json").json
    assert seen["stages"] == [] and (seen["rates"] == []) is ("rate" in LEARNERS.entry(name).without)


@pytest.mark.parametrize("name", [AT_ONCE, REBUILDING])
def test_training_is_told_without_a_strategy_and_in_rounds_of_its_own(name: str, capsys: pytest.CaptureFixture):
    said, learner = trained(capsys, name), LEARNERS.entry(name)
    assert said.code == 0, said.err
    told = said.out + said.err
    assert f"learner {name}" in told and "gradual" not in told
    assert ("thaw_plain" in told) is learner.takes_backbone
    assert f"\n{learner.round} 1/" in told and f"^ best: {learner.round} " in told
    assert ("what learned (head on top" in told) is ("thaw" not in learner.without)
    (line,) = typed(capsys, "runs", "--json").json["runs"]
    assert line["strategy"] == name


def test_what_decides_by_distance_is_not_explained(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert issubclass(LEARNERS.entry(AT_ONCE), OnFeatures)
    assert trained(capsys, AT_ONCE).code == 0
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    said = typed(capsys, "explain", "one", str(tmp_path / "a.png"), "--to", str(tmp_path / "heat"))
    assert said.code == 2 and LEARNERS.entry(AT_ONCE).without["why"] in said.err
    assert not (tmp_path / "heat").exists()
    assert "draws no picture again" in typed(capsys, "redraw", "one").err


def test_an_autoencoder_draws_held_out_pictures_again(tmp_path: Path, capsys: pytest.CaptureFixture):
    assert trained(capsys, REBUILDING).code == 0
    found = typed(capsys, "redraw", "one", "--count", "3", "--to", str(tmp_path / "all"), "--json").json
    assert found["split"] == "test" and len(found["rows"]) == 3
    assert found["files"] == [str(file) for file in sorted((tmp_path / "all").iterdir())]
    wrong = typed(capsys, "redraw", "one", "--which", "wrong", "--split", "val", "--to", str(tmp_path / "wrong"))
    assert wrong.code == 0 and "taken for" in wrong.out and list((tmp_path / "wrong").iterdir())


def test_a_path_is_listed_head_by_head_and_one_of_them_with_its_confusions(capsys: pytest.CaptureFixture):
    words = ["train", *QUICK, "--name", "one", "--set", 'learner={"name": "path", "count": 3}']
    assert typed(capsys, *words).code == 0
    found = typed(capsys, "path", "one", "--json").json
    assert [each["penalty"] for each in found["heads"]] == [10.0, 0.001, 0.0]
    assert all(each["nonzero"] + each["zeros"] == found["weights"] for each in found["heads"])
    head = typed(capsys, "path", "one", "--head", "2", "--json").json
    assert (head["number"], head["penalty"]) == (1, 0.001)
    assert sum(map(sum, head["confusion"])) == head["n"]
    assert f"\nbest: head {found['best']['number'] + 1} (l1 " in typed(capsys, "path", "one").out
    assert "head 2: l1 0.001, seed 0" in typed(capsys, "path", "one", "--head", "2").out


def test_only_a_path_can_be_walked_and_only_where_there_is_a_head(capsys: pytest.CaptureFixture):
    assert "has no path of heads" in typed(capsys, "path", "sample").err
    assert typed(capsys, "train", *QUICK, "--name", "one", "--set", 'learner={"name": "path", "count": 2}').code == 0
    for number in ("0", "3", "-1"):
        said = typed(capsys, "path", "one", f"--head={number}")
        assert said.code == 2 and f"has 2 heads and no number {number}." in said.err
