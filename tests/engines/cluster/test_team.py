"""Two processes on two nodes learn as one does with the doubled batch, and stay alike to the last bit."""

import json
import signal
from pathlib import Path

import numpy as np
import pytest

from core.recipe import Recipe
from core.runs import liveness
from core.service.workbench import Workbench
from tests.engines.cluster.test_ray_cluster import PATIENCE, row, starts, submit, wait_for, wait_for_a_snapshot
from tests.engines.cluster.two_nodes import ADDRESS, Cluster, wait_until

pytestmark = pytest.mark.slow

CLOSE = 1e-4
WITHOUT_BATCHNORM = Recipe(
    backbone="test_vit", pretrained=False, epochs=2, examples_per_class=5, batch_size=8, precision="float32"
)
WITH_BATCHNORM_HELD = Recipe.parse({**WITHOUT_BATCHNORM.to_json(), "backbone": "test_resnet", "strategy": "head"})


def curve(bench: Workbench, run: str) -> list[tuple[float, float, float]]:
    told = [each for each in bench.record.store.told(run) if each["kind"] == "epoch_ended"]
    return [(each["train_loss"], each["val_loss"], each["val_accuracy"]) for each in told]


@pytest.mark.parametrize("recipe", [WITHOUT_BATCHNORM, WITH_BATCHNORM_HELD], ids=["no BatchNorm", "BatchNorm held"])
def test_two_workers_learn_as_one_with_the_doubled_batch(bench: Workbench, recipe: Recipe):
    together = submit(bench, recipe, workers=2)
    alone = bench.train(Recipe.parse({**recipe.to_json(), "batch_size": 16}), device="cpu", again=True)
    assert wait_for(bench, together, "done", "failed", "lost").state == "done"
    assert len(curve(bench, alone)) == 2
    assert np.abs(np.array(curve(bench, together)) - np.array(curve(bench, alone))).max() < CLOSE


def test_a_team_pauses_and_goes_on_and_outlives_a_member(cluster: Cluster, bench: Workbench):
    run = submit(bench, WITHOUT_BATCHNORM, workers=2, epochs=40)
    wait_for_a_snapshot(bench, run)
    bench.pause(run)
    wait_for(bench, run, "paused")
    bench.resume(run)
    wait_until(lambda: starts(bench, run) == [False, True], PATIENCE, lambda: row(bench, run))
    members = cluster.called("ray::RayTrainWorker")
    assert len(members) == 2
    members[1].send_signal(signal.SIGKILL)
    ended = wait_for(bench, run, "done", "failed", "lost")
    assert (ended.state, ended.attempt) == ("done", 3), ended.reason
    assert starts(bench, run)[-1]


def test_gradual_unfreezing_keeps_the_members_weights_alike_to_the_last_bit(cluster: Cluster, tmp_path: Path):
    recipe = Recipe.parse({**WITHOUT_BATCHNORM.to_json(), "strategy": "gradual", "epochs": 3, "workers": 2})
    told = cluster.inside("-m", "tests.engines.cluster.two_ranks", ADDRESS, json.dumps(recipe.to_json()), str(tmp_path))
    assert told.returncode == 0, told.stderr
    first, second = (json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2))
    assert first == second
    assert len(first) > 3
    assert len(set(first)) == len(first), "every step moved something"


def test_what_cannot_be_had_ends_a_team_with_the_reason_and_frees_its_room(bench: Workbench):
    recipe = Recipe.parse({**WITHOUT_BATCHNORM.to_json(), "backbone": "run:bbbbbb", "workers": 2})
    run = bench.record.create(recipe, engine="ray", wanted_device="cpu")
    assert "no such run" in wait_for(bench, run, "failed", "lost").reason
    wait_until(lambda: not liveness.is_held(bench.record.folder(run)), PATIENCE)
