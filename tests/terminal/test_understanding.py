"""Mistakes, epochs and comparisons in a terminal: for people, and as scripts read them."""

from pathlib import Path

import pytest
from PIL import Image

from tests.typed import QUICK, typed

pytestmark = pytest.mark.usefixtures("trained")


def test_mistakes_are_listed_by_loss_and_counted(capsys: pytest.CaptureFixture):
    said = typed(capsys, "mistakes", "first", "--json").json
    assert said["found"] == said["n"] - said["right"]
    losses = [row["loss"] for row in said["rows"]]
    assert losses == sorted(losses, reverse=True) and not any(row["right"] for row in said["rows"])
    told = typed(capsys, "mistakes", "first", "--which", "right", "--page", "1")
    assert told.code == 0 and f"{said['right']} of {said['n']} right" in told.out


def test_the_pictures_of_a_cell_can_be_taken_away(capsys: pytest.CaptureFixture, tmp_path: Path):
    worst = typed(capsys, "confusions", "first", "--json").json["top_confusions"][0]
    cell = ["--true", worst["true"], "--predicted", worst["predicted"]]
    said = typed(capsys, "mistakes", "first", *cell, "--save", str(tmp_path / "cell"), "--json").json
    files = sorted((tmp_path / "cell").glob("*.png"))
    assert said["saved"] == len(files) == worst["count"]
    with Image.open(files[0]) as picture:
        assert picture.size == (8, 8)  # as the dataset has it
    again = typed(capsys, "mistakes", "first", *cell, "--save", str(tmp_path / "cell"))
    assert again.code == 2 and "name a new folder" in again.err


def test_an_unknown_class_is_one_sentence(capsys: pytest.CaptureFixture):
    said = typed(capsys, "mistakes", "first", "--true", "unicorn")
    assert (said.code, said.out) == (2, "") and "'unicorn'" in said.err


def test_confusions_of_the_last_epoch_are_those_that_show_puts_beside_the_best(capsys: pytest.CaptureFixture):
    shown = typed(capsys, "show", "first", "--json").json
    said = typed(capsys, "confusions", "first", "--split", "val", "--last", "--json").json
    assert said["right"] == shown["last"]["val"]["right"]
    assert "precision" in typed(capsys, "confusions", "first").out


def test_epochs_are_those_of_the_curve(capsys: pytest.CaptureFixture):
    shown = typed(capsys, "show", "first", "--json").json
    said = typed(capsys, "epochs", "first", "--json").json
    assert [each["accuracy"] for each in said["epochs"]] == pytest.approx(
        [each["val_accuracy"] for each in shown["epochs"]]
    )
    then = typed(capsys, "epochs", "first", "--epoch", "2", "--json").json
    assert then["right"] == said["epochs"][1]["right"] == sum(then["confusion"][i][i] for i in range(10))
    assert "learned" in typed(capsys, "epochs", "first").out
    assert "said then" in typed(capsys, "epochs", "first", "--epoch", "1").out
    assert typed(capsys, "epochs", "first", "--epoch", "9").code == 2


def test_two_runs_are_compared_class_by_class_and_raced(capsys: pytest.CaptureFixture):
    other = typed(capsys, "train", *QUICK, "--set", "strategy=head", "--name", "other", "--json").json["run"]
    said = typed(capsys, "compare", "first", other, "--classes", "--pictures", "3", "--json").json
    first, second = said["runs"]
    assert sum(each["right_a"] for each in said["contrast"]["classes"]) == first["right"]
    assert sum(map(sum, said["contrast"]["difference"])) == 0
    assert {each["setting"] for each in said["settings"]} == {"strategy"}
    assert "won by" in typed(capsys, "compare", "first", other, "--classes", "--pictures", "2").out
    raced = typed(capsys, "race", "first", other, "--json").json
    assert raced["at_equal"]["pictures"]["budget"] == min(each["points"][-1]["pictures"] for each in raced["runs"])
    assert "; in front: " in typed(capsys, "race", "first", other).out
    assert second["run"] == other and typed(capsys, "delete", other).code == 0
