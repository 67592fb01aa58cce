"""Lines 54, 57 and 59: a crowd presses Start, a run vanishes while it is shown, a port is taken."""

import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from core.errors import NotFound
from core.runs.queue import in_order
from core.service import Workbench
from tests.engine_of_test import wait_until
from tests.faults.at_work import QUICK, ask, row_of, wait_for_steps
from tests.processes_of_a_home import parts
from tests.typed import PROJECT

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="what a process works on is read from /proc"),
]

CROWD = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
from core.errors import RecordError
from core.service import open_workbench

bench = open_workbench()
recipe, owners = json.loads(sys.argv[1]), sys.argv[2:]

def press(pressed):
    owner, request = pressed
    try:
        return owner, request, bench.submit(recipe, again=True, owner=owner, request=request)["run"]
    except RecordError as error:
        return owner, request, str(error)

presses = [(owner, f"press {number}") for number in (1, 1, 2, 3) for owner in owners]
with ThreadPoolExecutor(8) as pool:
    print(json.dumps(list(pool.map(press, presses))))
"""


def test_line_57_fifty_users_press_start_and_each_press_is_one_run_in_a_fair_order(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("THAW_QUEUED_PER_OWNER", "2")
    monkeypatch.setenv("THAW_SLOTS", "1")
    blocking = ask(bench, {**QUICK, "epochs": 1000}, owner="first")
    wait_until(lambda: row_of(bench, blocking).state == "running")
    owners = [f"user {number}" for number in range(50)]
    crowds = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, json.dumps(QUICK), *owners[part::5]], cwd=PROJECT, stdout=subprocess.PIPE
        )
        for part in range(5)
    ]
    told = [each for crowd in crowds for each in json.loads(crowd.communicate()[0])]
    assert [crowd.returncode for crowd in crowds] == [0] * 5 and len(told) == 200

    refused = [(owner, said) for owner, _, said in told if "limit" in said]
    pressed = {(owner, request): said for owner, request, said in told if "limit" not in said}
    again = [(owner, request, said) for owner, request, said in told if "limit" not in said]
    assert all(pressed[owner, request] == said for owner, request, said in again), "one press became two runs"
    assert len(set(pressed.values())) == len(pressed) == bench.record.store.count() - 1
    assert all("You have 2 runs waiting, and 2 is the limit" in said for _, said in refused)
    assert set(Counter(owner for owner, _ in pressed).values()) == {2}

    order = in_order(bench.record.store.waiting("local"), {"first": 1}, bench.record.store.served())
    assert sorted(each.owner for each in order[:50]) == sorted(owners), (
        "everybody's first comes before anybody's second"
    )
    assert sorted(each.owner for each in order[50:]) == sorted(owners)
    places = bench.queue()
    assert [places[each.run]["position"] for each in order] == list(range(1, 101))
    wait_until(lambda: len(parts(bench.home, "supervisor")) == 1)  # however many woke one
    bench.stop(blocking)
    wait_until(lambda: row_of(bench, order[0].run).state in ("running", "done"))


def test_line_57_nobody_gets_more_places_than_the_limit(bench: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_RUNNING_PER_OWNER", "1")
    runs = [ask(bench, owner="ada"), ask(bench, owner="ada"), ask(bench, owner="bob")]
    wait_for_steps(bench, runs[0], runs[2])
    assert [row_of(bench, run).state for run in runs] == ["running", "queued", "running"]
    bench.stop(runs[0])
    wait_for_steps(bench, runs[1])  # it was only her turn that was missing


def test_line_59_a_run_that_is_deleted_while_it_is_shown_is_not_there_any_more(bench: Workbench):
    run = bench.record.create(bench.check(QUICK))
    row = row_of(bench, run)
    bench.delete(run)
    for look in (bench.show, bench.events, bench.logs, bench.stop, bench.resume, bench.delete):
        with pytest.raises(NotFound, match=f"The run '{run}' was not found"):
            look(run)
    with pytest.raises(NotFound, match=f"The run '{run}' is not there any more"):
        bench.record.store.recipe(row.id)  # between two looks of one page
    assert not bench.record.folder(run).exists()


def test_line_54_a_port_that_is_taken_is_a_sentence_and_an_exit_code(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless", "true"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert f"Port {port} is not available" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
