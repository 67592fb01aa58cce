"""A process is only ever taken for itself, and only it is signalled."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.runs.machine import Process, boot, steady_seconds
from tests.engine_of_test import wait_until

SLEEP = "import time; time.sleep(600)"
FAMILY = """
import os, subprocess, sys, time
os.setsid()
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
if os.fork() == 0:
    if os.fork() == 0:
        print(child.pid, os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
time.sleep(600)
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    sleeper = subprocess.Popen([sys.executable, "-S", "-c", SLEEP])
    yield sleeper
    sleeper.kill()
    sleeper.wait()


def test_a_process_is_the_same_when_it_is_read_back(sleeper: subprocess.Popen[bytes]):
    process = Process.of(sleeper.pid)
    assert process.lives and Process.from_text(process.to_text()) == process
    assert Process.from_text("") is None
    assert Process.here().pid == os.getpid() and Process.here().lives


def test_one_that_has_ended_and_waits_to_be_buried_lives_no_more(sleeper: subprocess.Popen[bytes]):
    process = Process.of(sleeper.pid)
    sleeper.kill()
    wait_until(lambda: not process.lives, 10)
    assert not process.signal(signal.SIGTERM)
    sleeper.wait()
    assert not process.lives


@pytest.mark.parametrize("other", [{"began": "1"}, {"boot": "before the machine went down"}, {"began": ""}])
def test_whoever_got_the_id_of_a_dead_one_is_never_signalled(sleeper: subprocess.Popen[bytes], other: dict[str, str]):
    former = replace(Process.of(sleeper.pid), **other)
    assert not former.lives
    assert not former.signal(signal.SIGKILL) and not former.signal(signal.SIGKILL, with_children=True)
    assert Process.of(sleeper.pid).lives
    with pytest.raises(subprocess.TimeoutExpired):
        sleeper.wait(0.2)


def test_its_children_go_along_when_asked_even_those_whose_parent_has_gone():
    parent = subprocess.Popen([sys.executable, "-S", "-c", FAMILY], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    family = [Process.of(int(pid)) for pid in parent.stdout.readline().split()]
    assert len(family) == 2 and all(child.lives for child in family)
    assert Process.of(parent.pid).signal(signal.SIGKILL, with_children=True)
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(child.lives for child in family), 10)


def test_the_steady_clock_and_the_word_for_this_boot_are_the_same_in_every_process():
    asked = "from core.runs.machine import boot, steady_seconds; print(boot()); print(steady_seconds())"
    before = steady_seconds()
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split("\n")
    assert said[0] == boot()
    assert before <= float(said[1]) <= steady_seconds()
