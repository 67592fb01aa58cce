"""The command `report` on a real run: one file of HTML, or Markdown with its pictures beside it."""

from pathlib import Path

import pytest

from tests.export.reading import Read, rendered
from tests.typed import QUICK, typed

pytestmark = pytest.mark.usefixtures("trained")


def test_html_holds_charts_pictures_and_figures(tmp_path: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "report", "first", "--to", str(tmp_path / "a.html"), "--title", "Mine", "--json").json
    assert said["title"] == "Mine" and [each.name for each in tmp_path.glob("*")].count("a.html") == 1
    read = Read((tmp_path / "a.html").read_text(encoding="utf-8"))
    shown = typed(capsys, "show", "first", "--json").json
    assert f"{shown['test']['right']} of 180 test pictures right" in read.text
    assert {"Loss: lower is better", "Accuracy: higher is better", "What learned: first"} <= set(read.words)
    assert len(read.all("img")) > 20 and len(read.all("svg")) == 5
    assert sum("✗" in words for words in read.words) == min(12, 180 - shown["test"]["right"])


def test_markdown_has_its_pictures_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture):
    told = typed(capsys, "report", "first", "--to", str(tmp_path / "a b.md"), "--question", "Why?")
    assert told.code == 0 and "pictures in" in told.out
    read = rendered((tmp_path / "a b.md").read_text(encoding="utf-8"))
    shown = {tmp_path / each["src"].replace("%20", " ") for each in read.all("img")}
    assert "Why?" in read.text and shown == set((tmp_path / "a b_files").iterdir())


def test_a_run_that_takes_no_steps_has_no_curves_and_no_heat_map_and_shows_what_it_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    svm = typed(capsys, "train", *QUICK, "--set", "learner=linear_svm", "--name", "machine", "--json").json["run"]
    typed(capsys, "report", svm, "--to", str(tmp_path / "a.html"))
    read = Read((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "There are no curves of machine: it takes no steps." in read.text
    assert "No stages are drawn of machine" in read.text and "machine: what was tried, and validation" in read.text
    assert "Loss: lower is better" not in read.text and len(read.all("svg")) == 2
    assert typed(capsys, "delete", svm).code == 0


def test_a_report_of_nothing_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "report", "nobody", "--to", str(tmp_path / "a.html"))
    assert said.code == 2 and "was not found" in said.err and not (tmp_path / "a.html").exists()
