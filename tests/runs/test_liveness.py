"""A run is alive exactly as long as the process that works on it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import RecordError
from core.runs.liveness import held, is_held

HOLDER = """
import sys, time
from pathlib import Path
from core.runs.liveness import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_is_held_inside_and_free_outside(tmp_path: Path):
    assert not is_held(tmp_path)
    with held(tmp_path):
        assert is_held(tmp_path)
        assert is_held(tmp_path)
        with pytest.raises(RecordError, match="being worked on by another process"), held(tmp_path):
            pass
    assert not is_held(tmp_path)


def test_a_killed_holder_frees_the_lock(tmp_path: Path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    assert is_held(tmp_path)
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    assert not is_held(tmp_path)
