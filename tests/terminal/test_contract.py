"""The contract with scripts, kept by real commands on a real run: keys, exit codes, streams."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.home import Home
from core.service import Workbench
from tests.typed import QUICK, Said, typed, typed_in_a_shell


def test_train_tells_scripts_one_object_on_stdout_and_people_plain_lines_on_stderr(trained: Path):
    said = Said(*json.loads((trained / "said.json").read_text()))
    assert len(said.out.splitlines()) == 1
    assert "epoch 2/2" in said.err and "\r" not in said.err and "\x1b" not in said.err
    shown = said.json
    assert {
        "run",
        "state",
        "reason",
        "recipe",
        "seconds",
        "parameters",
        "epochs",
        "best_epoch",
        "val",
        "test",
        "best",
    } <= set(shown)
    assert shown["state"] == "done" and shown["name"] == "first" and shown["reused"] is False
    assert set(shown["parameters"]) >= {"trained", "total"}
    assert [each["epoch"] for each in shown["epochs"]] == [0, 1]
    assert {"epoch", "train_loss", "val_loss", "val_accuracy", "lr_scales"} <= set(shown["epochs"][0])
    for split in ("val", "test"):
        score = shown[split]
        assert {"n", "right", "accuracy", "interval", "macro_precision", "macro_recall", "macro_f1"} <= set(score)
        assert {"weighted_f1", "loss", "classes", "confusion"} <= set(score)
        assert set(score["classes"][0]) >= {"label", "precision", "recall", "f1", "support"}
        assert np.sum(score["confusion"]) == score["n"] and np.trace(score["confusion"]) == score["right"]
        assert score["interval"][0] < score["accuracy"] < score["interval"][1]
    assert (Path(shown["best"]) / "model.safetensors").exists()


def test_accuracy_in_the_list_is_validations_of_the_restored_best_epoch(trained: Path, capsys: pytest.CaptureFixture):
    (line,) = typed(capsys, "runs", "--json").json["runs"]
    shown = typed(capsys, "show", "first", "--json").json
    assert {"run", "name", "state", "dataset", "backbone", "strategy", "accuracy", "seconds", "created"} <= set(line)
    assert line["accuracy"] == pytest.approx(shown["val"]["accuracy"])
    assert line["accuracy"] == pytest.approx(shown["epochs"][shown["best_epoch"]]["val_accuracy"])


def test_show_tells_people_figures_with_their_noise_curves_classes_and_confusions(
    trained: Path, capsys: pytest.CaptureFixture
):
    said = typed(capsys, "show", "first")
    assert said.code == 0 and " to " in said.out
    for word in (
        "validation:",
        "test:",
        "last epoch",
        "training loss",
        "precision",
        "macro",
        "confusions",
        "(head on top",
    ):
        assert word in said.out


def test_events_are_one_json_object_a_line_and_can_be_read_on(trained: Path, capsys: pytest.CaptureFixture):
    lines = [json.loads(line) for line in typed(capsys, "show", "first", "--events").out.splitlines()]
    assert [each["number"] for each in lines] == list(range(1, len(lines) + 1))
    assert (lines[0]["kind"], lines[-1]["kind"]) == ("started", "finished")
    rest = typed(capsys, "show", "first", "--events", "--after", str(len(lines) - 1)).out.splitlines()
    assert [json.loads(line) for line in rest] == lines[-1:]


def test_an_identical_recipe_answers_with_the_finished_run(trained: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "train", *QUICK, "--json")
    assert (said.code, said.json["reused"], said.json["name"]) == (0, True, "first")
    assert "--again trains it anew" in said.err
    assert len(typed(capsys, "runs", "--json").json["runs"]) == 1


def test_predict_answers_for_files_folders_and_stdin_alike(trained: Path, picture: Path, capsys: pytest.CaptureFixture):
    (picture.parent / "notes.txt").write_text("not a picture")
    one = typed(capsys, "predict", "first", str(picture), "--json").json
    assert set(one) >= {"run", "predictions", "rejected"}
    prediction = one["predictions"][0]
    assert set(prediction) >= {"file", "label", "probability", "top", "notes"} and len(prediction["top"]) == 5
    folder = typed(capsys, "predict", "first", str(picture.parent), "--json")
    assert folder.code == 0 and folder.json["predictions"][0]["top"] == prediction["top"]
    (rejected,) = folder.json["rejected"]
    assert rejected["file"].endswith("notes.txt") and rejected["reason"] in folder.err
    piped = typed_in_a_shell("predict", "first", "-", "--json", stdin=picture.read_bytes(), THAW_HOME=str(trained))
    assert piped.json["predictions"][0]["label"] == prediction["label"]
    assert piped.json["predictions"][0]["probability"] == pytest.approx(prediction["probability"], abs=1e-5)


def test_the_stored_predictions_of_a_run_are_what_predict_says_about_the_same_pictures(
    trained: Path, capsys: pytest.CaptureFixture
):
    from core.data.finding import open_source
    from core.runs.predictions import read_predictions

    run = typed(capsys, "show", "first", "--json").json["run"]
    stored = read_predictions(trained / "runs" / run, "test", "best")
    assert stored is not None
    source = open_source("digits", Home(trained))
    named = []
    for file in stored.files[:40]:
        buffer = io.BytesIO()
        source.read(list(source.files).index(file)).save(buffer, "PNG")
        named.append((file, buffer.getvalue()))
    bench = Workbench(Home(trained))
    said = bench.predict(run, named)["predictions"]
    bench.close()
    for each, row in zip(said, stored.probabilities, strict=False):
        assert each["probability"] == pytest.approx(float(row.max()), abs=1e-5)


def test_a_picture_that_cannot_be_read_is_a_sentence_and_exit_code_two(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    (tmp_path / "empty.png").touch()
    for path in (tmp_path / "empty.png", tmp_path / "not-there.png"):
        said = typed(capsys, "predict", "first", str(path), "--json")
        assert said.code == 2 and len(said.err.splitlines()) == 1 and path.name in said.err
        assert said.json["predictions"] == [] and said.json["rejected"][0]["reason"] in said.err


def test_compare_tells_what_differs_and_who_was_right_alone(trained: Path, capsys: pytest.CaptureFixture):
    other = typed(capsys, "train", *QUICK, "--set", "strategy=head", "--set", "epochs=1", "--json").json["run"]
    found = typed(capsys, "compare", "first", other, "--json").json
    assert set(found) >= {"runs", "differences", "pairs"}
    assert set(found["differences"]) == {"epochs", "strategy"}
    pair = found["pairs"][0]
    assert {"a", "b", "about", "only_a_right", "only_b_right", "p_value", "verdict"} <= set(pair)
    said = typed(capsys, "compare", "first", other)
    assert "McNemar" in said.out and "what differs" in said.out
    assert typed(capsys, "delete", other, "--json").json["state"] == "deleted"
    assert not (trained / "runs" / other).exists()


def test_a_run_can_begin_where_another_one_ended(trained: Path, capsys: pytest.CaptureFixture):
    said = typed(
        capsys,
        "train",
        *QUICK,
        "--set",
        "backbone=run:first",
        "--set",
        "pretrained=true",
        "--set",
        "epochs=1",
        "--json",
    )
    assert said.code == 0, said.err
    first = typed(capsys, "show", "first", "--json").json["run"]
    assert said.json["recipe"]["backbone"] == f"run:{first}"
    typed(capsys, "delete", said.json["run"])


def test_the_lists_hold_what_scripts_rely_on(trained: Path, capsys: pytest.CaptureFixture):
    datasets = typed(capsys, "datasets", "--json").json["datasets"]
    assert all({"name", "title", "classes", "pictures", "available", "source"} <= set(each) for each in datasets)
    assert "digits" in {each["name"] for each in datasets if each["available"]}
    backbones = typed(capsys, "backbones", "--json").json["backbones"]
    assert all({"name", "title", "parameters", "input", "weights"} <= set(each) for each in backbones)
    strategies = typed(capsys, "choices", "strategy", "--json").json["strategy"]
    assert {"head", "gradual", "full", "lora"} <= {each["name"] for each in strategies}
    for command in ("datasets", "backbones", "choices"):
        assert typed(capsys, command).code == 0


def test_an_audit_tells_findings_with_their_files(trained: Path, capsys: pytest.CaptureFixture):
    said = typed(capsys, "audit", "digits", "--json")
    assert set(said.json) >= {"dataset", "splits", "findings"} and said.json["dataset"] == "digits"
    assert all({"kind", "severity", "message", "files"} <= set(each) for each in said.json["findings"])
    assert typed(capsys, "audit", "digits").code == 0


def test_what_was_imported_can_be_trained_on(home_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    draw = np.random.default_rng(0)
    for label, low in (("dark", 0), ("light", 128)):
        (tmp_path / "mine" / label).mkdir(parents=True)
        for number in range(12):
            pixels = draw.integers(low, low + 128, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "mine" / label / f"{number}.png")
    (tmp_path / "mine" / "dark" / "readme.txt").write_text("hello")
    report = typed(capsys, "import", str(tmp_path / "mine"), "--name", "mine", "--json").json
    assert (report["name"], report["accepted"], len(report["classes"])) == ("mine", 24, 2)
    assert [each["file"].endswith("readme.txt") for each in report["skipped"]] == [True]
    said = typed(capsys, "train", *QUICK, "--set", "dataset=mine", "--json")
    assert (said.code, said.json["state"]) == (0, "done"), said.err
    again = typed(capsys, "import", str(tmp_path / "mine"), "--name", "mine")
    assert again.code == 2 and "mine" in again.err


def test_doctor_says_what_is_here_without_writing_anything(home_folder: Path, capsys: pytest.CaptureFixture):
    found = typed(capsys, "doctor", "--json").json
    assert {"version", "python", "torch", "devices", "home", "datasets", "weights", "problems"} <= set(found)
    assert "cpu" in {each["device"] for each in found["devices"]} and "digits" in found["datasets"]
    assert not home_folder.exists()


def test_doctor_names_every_problem_in_a_sentence(
    home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("THAW_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("THAW_ENGINE", "steam")
    home_folder.mkdir()
    (home_folder / "runs.sqlite").write_text("no database" * 100)
    said = typed(capsys, "doctor")
    assert said.code == 0
    for word in ("THAW_DATA names", "THAW_ENGINE is 'steam'", "can't be used"):
        assert word in said.out


def test_doctor_says_when_the_home_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("THAW_HOME", str(tmp_path / "file"))
    assert "can't be written; choose another THAW_HOME." in typed(capsys, "doctor").out
    for command in (["train", *QUICK], ["submit", *QUICK]):
        said = typed(capsys, *command)
        assert (said.code, said.out) == (2, "") and "choose another THAW_HOME" in said.err
    assert typed(capsys, "runs").code == 0


def test_preview_tells_what_will_learn_and_writes_the_first_batch(capsys: pytest.CaptureFixture, tmp_path: Path):
    sheet = tmp_path / "batch.png"
    said = typed(capsys, "preview", *QUICK, "--set", "strategy=gradual", "--sheet", str(sheet), "--json").json
    assert {"stages", "parameters", "rates", "steps_per_epoch", "pictures", "batch", "sheet"} <= set(said)
    assert said["stages"][-1]["scales"] == [1.0, 1.0] and said["stages"][0]["scales"] == [0.0, 0.0]
    with Image.open(sheet) as image:
        assert image.format == "PNG"
    text = typed(capsys, "preview", *QUICK).out
    assert "parameters will learn" in text and "learning rate" in text
    assert "Training pictures" not in text
    growing = ["--set", "strategy=swift", "--set", "strategy.head_epochs=1", "--set", "strategy.upper_epochs=0"]
    text = typed(capsys, "preview", *QUICK, "--set", "image_size=128", *growing).out
    assert "Training pictures are 128 x 128, then 96 x 96 from epoch 2." in text


def test_a_sheet_that_cannot_be_written_is_a_sentence(capsys: pytest.CaptureFixture, tmp_path: Path):
    said = typed(capsys, "preview", *QUICK, "--sheet", str(tmp_path / "nowhere" / "batch.png"))
    assert said.code == 2 and "can't be written" in said.err
