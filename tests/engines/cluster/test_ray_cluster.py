"""Two real node processes: runs spread over them, survive the loss of one, and hear their owner."""

import signal
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from core.recipe import Recipe
from core.runs.predictions import read_predictions
from core.runs.store import RunRow
from core.service.workbench import Workbench
from tests.data.conftest import Draw, draw
from tests.engines.cluster.conftest import wake
from tests.engines.cluster.two_nodes import Cluster, wait_until

pytestmark = pytest.mark.slow

__all__ = ["draw"]

QUICK = Recipe(backbone="thaw_plain", pretrained=False, epochs=2, examples_per_class=3, batch_size=16)
LONG = Recipe(backbone="thaw_plain", pretrained=False, epochs=16, examples_per_class=24, batch_size=16)
PATIENCE = 240.0


def submit(bench: Workbench, recipe: Recipe, **changes: Any) -> str:
    changed = Recipe.parse({**recipe.to_json(), **changes})
    return bench.submit(changed, device="cpu", again=True)["run"]


def row(bench: Workbench, run: str) -> RunRow:
    found = bench.record.store.row(run)
    assert found
    return found


def snapshots(bench: Workbench, run: str) -> bool:
    return (bench.record.folder(run) / "snapshot").exists()


def wait_for(bench: Workbench, run: str, *states: str) -> RunRow:
    wait_until(lambda: row(bench, run).state in states, PATIENCE, lambda: row(bench, run))
    return row(bench, run)


def wait_for_a_snapshot(bench: Workbench, run: str) -> RunRow:
    wait_until(lambda: snapshots(bench, run) or row(bench, run).state == "done", PATIENCE, lambda: row(bench, run))
    assert row(bench, run).state == "running"
    return row(bench, run)


def starts(bench: Workbench, run: str) -> list[bool]:
    """Whether each attempt that got as far as to begin went on from a snapshot."""
    return [each["resumed"] for each in bench.record.store.told(run) if each["kind"] == "started"]


def nodes_until_done(bench: Workbench, runs: Iterable[str]) -> dict[str, set[str]]:
    """The nodes that each run was seen on, until all are done."""
    seen: dict[str, set[str]] = defaultdict(set)

    def look() -> bool:
        rows = [row(bench, run) for run in runs]
        for each in rows:
            seen[each.id] |= {each.reason.partition("(node ")[2][:8]} if "(node " in each.reason else set()
        return all(each.state == "done" for each in rows)

    wait_until(look, PATIENCE, lambda: [row(bench, run) for run in runs])
    return seen


def test_four_runs_spread_over_two_nodes_and_outlive_one(cluster: Cluster, bench: Workbench):
    runs = [submit(bench, LONG, seed=seed) for seed in range(4)]
    first = [wait_for_a_snapshot(bench, run) for run in runs[:2]]
    homes = [cluster.node_of(each.reason) for each in first]
    assert len({each.pid for each in homes}) == 2
    doomed, run = next((each, at.id) for each, at in zip(homes, first, strict=True) if not cluster.is_head(each))
    cluster.kill_node(doomed)
    try:
        seen = nodes_until_done(bench, runs)
        assert len(seen[run]) == 2, "the run of the lost node was seen on the other one"
        assert starts(bench, run) == [False, True], "it went on from its snapshot"
        assert row(bench, run).attempt == 2
        assert [starts(bench, each) for each in runs if each != run] == [[False]] * 3
    finally:
        cluster.start_node()


def test_a_run_stops_pauses_and_goes_on_when_its_owner_says_so(bench: Workbench):
    stopped, paused = submit(bench, LONG, seed=5), submit(bench, LONG, seed=6)
    for run in (stopped, paused):
        wait_for_a_snapshot(bench, run)
    bench.stop(stopped)
    bench.pause(paused)
    assert wait_for(bench, stopped, "stopped").reason == "Stopped on request."
    assert read_predictions(bench.record.folder(stopped), "val", "best") is not None
    wait_for(bench, paused, "paused")
    assert bench.resume(paused)["state"] in ("queued", "running")
    wait_for(bench, paused, "done")
    assert starts(bench, paused) == [False, True]


def test_a_run_that_waits_behind_others_can_be_stopped(bench: Workbench):
    runs = [submit(bench, LONG, seed=seed) for seed in range(7, 10)]
    for run in runs[:2]:
        wait_for(bench, run, "running")
    assert bench.queue()[runs[2]]["position"] == 1
    assert bench.stop(runs[2])["state"] == "stopped"


def test_a_run_whose_process_dies_alone_is_lost_and_can_be_resumed(cluster: Cluster, bench: Workbench):
    run = submit(bench, LONG, seed=10)
    wait_for_a_snapshot(bench, run)
    (process,) = cluster.called("ray::train")
    process.send_signal(signal.SIGKILL)
    assert "resumed from its last snapshot" in wait_for(bench, run, "lost").reason
    bench.resume(run)
    wait_for(bench, run, "done")
    assert starts(bench, run) == [False, True]


def test_runs_outlive_their_keeper(cluster: Cluster, bench: Workbench):
    run = submit(bench, LONG, seed=11)
    wait_for_a_snapshot(bench, run)
    (keeper,) = cluster.called("ray::Keeper")
    keeper.send_signal(signal.SIGKILL)
    assert wait_for(bench, run, "done").attempt == 2
    assert starts(bench, run) == [False, True]


def test_pictures_and_weights_travel_once_and_a_run_is_the_same_as_here(
    cluster: Cluster, bench: Workbench, draw: Draw, monkeypatch: pytest.MonkeyPatch
):
    place = draw("beasts", {"train/ants": 12, "train/bees": 9, "val/ants": 4, "val/bees": 5}, ".jpg", (40, 30))
    monkeypatch.setenv("THAW_DATA", str(place.parent))
    recipe = Recipe(dataset="beasts", backbone="thaw_plain", pretrained=False, epochs=2, batch_size=4, seed=3)
    here = bench.train(recipe, device="cpu", again=True)
    first = Recipe.parse({**recipe.to_json(), "backbone": f"run:{here}", "pretrained": True})
    wake(cluster, bench.home.folder)  # the keeper may have left meanwhile
    runs = [submit(bench, first), submit(bench, first), submit(bench, recipe), bench.train(first, device="cpu")]
    for run in runs:
        wait_for(bench, run, "done")
    for run, twin in ((runs[0], runs[3]), (runs[1], runs[3]), (runs[2], here)):
        said, alike = (read_predictions(bench.record.folder(each), "val", "best") for each in (run, twin))
        assert said and alike
        assert said.files == alike.files
        assert np.array_equal(said.probabilities, alike.probabilities)
    parcels = [[*node.glob("cache/parcels/*")] for node in cluster.folder.glob("node*")]
    assert all(len(each) == 2 for each in parcels if each), parcels
    assert any(parcels)


def test_a_device_that_no_node_has_is_a_sentence(bench: Workbench):
    run = bench.submit(QUICK, device="cuda", again=True)["run"]
    assert "GPU" in wait_for(bench, run, "failed").reason
    run = bench.submit(QUICK, device="cuda:3", again=True)["run"]
    assert "choose auto, cpu or cuda" in wait_for(bench, run, "failed").reason
