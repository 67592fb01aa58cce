"""Lines 38 to 42 and 58 at the terminal: choices that cannot be made, and runs that end badly but clearly."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.catalog.strategies import HeadOnly
from tests.typed import PROJECT, QUICK, Said, tree_of, typed

pytestmark = pytest.mark.faults


def trained_with(capsys: pytest.CaptureFixture, *choices: str) -> Said:
    sets = [part for choice in choices for part in ("--set", choice)]
    return typed(capsys, "train", *QUICK, *sets, "--json")


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ("lr=0", "lr: 0 is not possible; it is a number from 1e-12 to 1e+12."),
        ("lr=-0.1", "lr: -0.1 is not possible"),
        ("lr=NaN", "lr: nan is not possible"),
        ("lr=Infinity", "lr: inf is not possible"),
        ("lr=fast", "lr: 'fast' is not possible; it is a number"),
        ("epochs=0", "epochs: 0 is not possible; it is a whole number from 1 to 100000."),
        ("image_size=7", "image_size: 7 is not possible; it is a whole number from 8 to 2048."),
        ("image_size=[32,7]", "image_size: 7 is not possible"),
        (
            "backbone=resnet81",
            "backbone: 'resnet81' is not possible; neither Thaw nor timm knows it, the nearest names are",
        ),
        ("dataset=digit", "digits"),
        ("dataset=../../etc", "dataset: '../../etc' is not possible"),
        ("strategy=thawing", "strategy: 'thawing' is not possible; choose one of head, last_stages"),
        ("strategy.counts=3", "strategy.counts: 3 is not possible; full has no such setting"),
        (
            'strategy={"name":"gradual","epochs_per_stage":0}',
            "strategy.epochs_per_stage: 0 is not possible; it is a whole",
        ),
        ("optimizer.momentum=0.9", "optimizer.momentum: 0.9 is not possible; adamw has no such setting"),
        ("epoch=3", "epoch: 3 is not possible; a recipe has no such field, the nearest is epochs."),
        ("precision=__import__('os')", "precision:"),
        ("epochs", "--set: 'epochs' is not possible; it is path=value"),
    ],
)
def test_lines_38_and_40_a_choice_that_cannot_be_made_is_refused_with_the_limits_or_the_names(
    home_folder: Path, choice: str, sentence: str, capsys: pytest.CaptureFixture
):
    said = trained_with(capsys, choice)
    assert said.code == 2 and said.out == "" and sentence in said.err
    assert len(said.err.splitlines()) == 1
    assert not home_folder.exists() or tree_of(home_folder) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "recipe: '{' is not possible; it must be JSON"),
        ("[1, 2]", "recipe: [1, 2] is not possible; it is a JSON object"),
        ('{"epochs": 1, "__class__": "os"}', "__class__: 'os' is not possible; a recipe has no such field"),
        ('{"schema": 99}', "schema: 99 is not possible; this version of Thaw reads schema 1"),
        ('{"regularizers": [{"name": "l1", "strength": -1}]}', "regularizers[0].strength: -1 is not possible"),
        ("[" * 100_000, "it must be JSON"),
    ],
)
def test_line_40_a_recipe_that_was_tampered_with_is_refused(
    home_folder: Path, tmp_path: Path, text: str, sentence: str, capsys: pytest.CaptureFixture
):
    (tmp_path / "recipe.json").write_text(text)
    said = typed(capsys, "train", str(tmp_path / "recipe.json"))
    assert said.code == 2 and sentence in said.err and len(said.err.splitlines()) == 1
    assert not home_folder.exists() or tree_of(home_folder) == {}


def test_line_38_a_rate_of_a_thousand_million_runs_and_stops_as_diverged(
    home_folder: Path, capsys: pytest.CaptureFixture
):
    for strategy in ("head", "full"):
        said = trained_with(capsys, "lr=1e9", "epochs=50", "optimizer=sgd", f"strategy={strategy}", "schedule=constant")
        assert (said.code, said.json["state"]) == (2, "diverged"), (strategy, said.err)
        assert said.json["reason"] in said.err
        steps = [each for each in events(said, capsys) if each["kind"] == "step"]
        assert len(said.json["epochs"]) <= 1 and all(each["step"] < 20 for each in steps)


def test_line_39_a_batch_larger_than_the_dataset_is_clamped_with_a_notice(
    home_folder: Path, capsys: pytest.CaptureFixture
):
    said = trained_with(capsys, "batch_size=5000", "epochs=1")
    assert (said.code, said.json["state"]) == (0, "done")
    assert ["5000" in each["message"] and "30" in each["message"] for each in said.json["notices"]] == [True]


def test_line_39_a_last_batch_of_one_picture_with_batchnorm_is_handled(
    home_folder: Path, capsys: pytest.CaptureFixture
):
    said = trained_with(capsys, "batch_size=29", "epochs=1")  # 30 training pictures: one is left over
    assert (said.code, said.json["state"]) == (0, "done"), said.err
    assert said.json["pictures"]["train"] % 29 == 1


def test_line_41_when_everything_is_frozen_the_run_fails_with_zero_trainable_parameters(
    home_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(HeadOnly, "lr_scales", lambda self, parts, epoch: [0.0] * parts)
    said = trained_with(capsys, "strategy=head")
    assert (said.code, said.json["state"]) == (2, "failed")
    assert "0 trainable parameters" in said.err and "Traceback" not in said.err


def test_line_42_a_loss_that_is_not_a_number_stops_the_run_and_keeps_the_last_good_weights(
    home_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
):
    # In epoch 0 the head alone learns, soundly; then the pull back to the start overshoots further at every step.
    said = trained_with(
        capsys,
        "epochs=20",
        'strategy={"name":"freeze_until","epoch":1}',
        'regularizers={"name":"l2_sp","strength":1e6,"how":"loss"}',
        "optimizer=sgd",
        "schedule=constant",
        "lr=0.01",
        "batch_size=4",
    )
    assert (said.code, said.json["state"]) == (2, "diverged"), said.err
    assert [each["epoch"] for each in said.json["epochs"]] == [0] and said.json["best_epoch"] == 0
    assert said.json["val"]["n"] == 180  # judged with the weights of epoch 0
    last = [each for each in events(said, capsys) if each["kind"] == "step"][-1]
    assert last["step"] - said.json["epochs"][0]["step"] <= 8


def events(said: Said, capsys: pytest.CaptureFixture) -> list[dict]:
    return [json.loads(line) for line in typed(capsys, "show", said.json["run"], "--events").out.splitlines()]


def test_line_54_a_port_in_use_is_a_message_and_a_non_zero_exit():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
        served = subprocess.run(
            [*command, "--server.address", "127.0.0.1", "--server.port", port],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert served.returncode != 0
    assert port in served.stdout + served.stderr and "Traceback" not in served.stdout + served.stderr


def test_line_58_weights_that_cannot_be_had_are_one_sentence_with_what_to_do(
    home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.delenv("THAW_WEIGHTS", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    said = trained_with(capsys, "backbone=resnet18", "pretrained=true", "image_size=32")
    assert (said.code, said.json["state"]) == (2, "failed")
    assert "THAW_WEIGHTS" in said.err and "resnet18" in said.err and "Traceback" not in said.err


def test_line_58_weights_that_are_there_are_used_without_the_network(
    home_folder: Path, real_weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    said = trained_with(capsys, "backbone=resnet18", "pretrained=true", "image_size=32", "strategy=head", "epochs=1")
    assert (said.code, said.json["state"]) == (0, "done"), said.err
