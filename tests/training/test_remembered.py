"""What a machine has found out about its pace is found again by the same work alone, and never believed blindly."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.home import Home
from core.recipe import Recipe
from core.training.calibrating import Measured, Setting, Work
from core.training.model import build
from core.training.remembered import keep, keep_gain, recall, recall_gain

FOUND = Measured(Setting("bf16", "channels_last", 2), 32, 0.01, {"bf16, channels last, 2 threads": 0.2})


@pytest.fixture
def work(home: Home) -> Work:
    net = build(Recipe(backbone="test_resnet", pretrained=False), ("a", "b"), home)
    start = Setting("float32", "channels_last", 2)
    free = frozenset({"precision", "memory_format", "threads"})
    return Work(net, torch.device("cpu"), frozenset(net.head), False, 32, 100, start, free)


def only_file(cache: Path) -> Path:
    (file,) = (each for each in cache.rglob("*") if each.is_file())
    return file


def test_the_same_work_is_remembered_however_often_it_is_done(work: Work, tmp_path: Path):
    assert recall(tmp_path, work) is None
    keep(tmp_path, work, FOUND)
    assert recall(tmp_path, work) == recall(tmp_path, replace(work, steps=1)) == FOUND
    only_file(tmp_path)


def test_other_work_is_not(work: Work, tmp_path: Path, home: Home):
    keep(tmp_path, work, FOUND)
    others = [
        replace(work, batch_size=16),
        replace(work, kept=True),
        replace(work, learning=frozenset()),
        replace(work, start=Setting("float32", "channels_last", 4)),
        replace(work, free=frozenset()),
        replace(work, net=build(Recipe(backbone="test_vit", pretrained=False), ("a", "b"), home)),
        replace(work, net=replace(work.net, preparation=replace(work.net.preparation, size=(64, 96)))),
    ]
    assert [recall(tmp_path, other) for other in others] == [None] * len(others)


def test_another_machine_measures_anew(work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keep(tmp_path, work, FOUND)
    monkeypatch.setattr(torch, "__version__", "2.10.0")
    assert recall(tmp_path, work) is None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        '{"setting": {}}',
        json.dumps({"setting": {"precision": "int8"}, "eval_batch": 32, "pace": 1, "seconds": {}}),
        json.dumps({"setting": {"precision": "bf16", "threads": 99}, "eval_batch": 32, "pace": 1, "seconds": {}}),
        json.dumps({"setting": {"precision": "bf16", "threads": 2}, "eval_batch": 10**9, "pace": 1, "seconds": {}}),
        json.dumps({"setting": {"precision": "bf16", "threads": 2}, "eval_batch": 32, "pace": 0, "seconds": {}}),
        json.dumps({"setting": {"precision": "bf16", "threads": 2}, "eval_batch": 32, "pace": 1, "seconds": 3}),
    ],
)
def test_what_cannot_be_what_was_found_is_measured_again(work: Work, tmp_path: Path, answer: str):
    keep(tmp_path, work, FOUND)
    file = only_file(tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), "answer": answer}))
    assert recall(tmp_path, work) is None
    file.write_bytes(b"\x00 torn")
    assert recall(tmp_path, work) is None
    keep(tmp_path, work, FOUND)
    assert recall(tmp_path, work) == FOUND


def test_a_precision_that_the_recipe_names_is_not_overruled_by_memory(work: Work, tmp_path: Path):
    asked = replace(work, free=work.free - {"precision"})
    keep(tmp_path, asked, FOUND)
    assert recall(tmp_path, asked) is None


def test_what_bf16_gains_is_remembered_of_this_machine_and_so_many_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert recall_gain(tmp_path, 2) is None
    keep_gain(tmp_path, 2, 1.9)
    assert recall_gain(tmp_path, 2) == 1.9 and recall_gain(tmp_path, 1) is None
    file = only_file(tmp_path)
    for answer in ("", "nan", "-1", "[]", "quick"):
        file.write_text(json.dumps({**json.loads(file.read_text()), "answer": answer}))
        assert recall_gain(tmp_path, 2) is None
    keep_gain(tmp_path, 2, 1.9)
    monkeypatch.setattr(torch, "__version__", "2.10.0")
    assert recall_gain(tmp_path, 2) is None


def test_another_gpu_behind_the_same_processor_measures_anew(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    on_gpu = replace(work, device=torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "one")
    keep(tmp_path, on_gpu, FOUND)
    assert recall(tmp_path, on_gpu) == FOUND
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "another")
    assert recall(tmp_path, on_gpu) is None
