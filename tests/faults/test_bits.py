"""Line 45: killed at a random step and resumed, a run ends with the bits of one that was never disturbed."""

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.runs.predictions import read_predictions
from core.service import Workbench
from tests.faults.at_work import QUICK, ask, wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="the processes of other systems are not made mortal yet"),
]

SHORT = {**QUICK, "epochs": 4, "batch_size": 8}
CASES: dict[str, dict[str, Any]] = {
    "head only, from kept features": {"strategy": "head", "pretrained": True, "backbone": "thaw_small"},
    "gradual with one cycle": {"strategy": "gradual", "schedule": {"name": "one_cycle"}},
    "full, with everything": {
        "strategy": "full",
        "augmentation": ["crop_flip"],
        "regularizers": ["ema", "mixup"],
        "early_stopping": {"on": "loss", "patience": 3},
    },
    "adapters": {"strategy": "lora", "backbone": "test_vit"},
}


def test_line_45_killed_at_random_steps_and_resumed_a_run_ends_with_the_same_bits(bench: Workbench, armed: Path):
    dice = random.Random(45)
    whole = {case: ask(bench, {**SHORT, **choices}) for case, choices in CASES.items()}
    for run in whole.values():
        wait_for(bench, run, "done")
    for case, choices in CASES.items():
        run = ask(bench, {**SHORT, **choices})
        for _ in range(2):
            dies_at(armed, dice.randrange(14))  # of 32, so that both deaths come
            wait_for(bench, run, "lost")
            bench.resume(run)
        assert wait_for(bench, run, "done").attempt == 3, case
        started = [each["resumed"] for each in bench.record.store.told(run) if each["kind"] == "started"]
        assert started[0] is False and any(started), f"{case}: it never went on from a snapshot"
        assert_the_same_bits(bench.record.folder(run), bench.record.folder(whole[case]), case)


def dies_at(armed: Path, moment: int) -> None:
    """At the moment of that number, of two for each step."""
    fresh = armed / ".fresh"
    fresh.write_text(str(moment))
    fresh.replace(armed / "step")


def assert_the_same_bits(one: Path, other: Path, case: str) -> None:
    weights = [load_file(folder / "best" / "model.safetensors") for folder in (one, other)]
    assert weights[0].keys() == weights[1].keys()
    assert [name for name in weights[0] if weights[0][name].tobytes() != weights[1][name].tobytes()] == [], case
    for when in ("best", "last"):
        said = [read_predictions(folder, "val", when) for folder in (one, other)]
        assert said[0] is not None and said[1] is not None
        assert np.array_equal(said[0].probabilities, said[1].probabilities), (case, when)
