"""Old or new, never torn: what stands in a run's folder after a kill at any moment."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import RecordError
from core.runs.folders import discard, read_json, replace_folder, sweep, write_json

WRITER = """
import sys
from pathlib import Path
from core.runs.folders import replace_folder
def save(folder, text):
    for name in ("a", "b", "c"):
        (folder / name).write_text(text * 2000)
for number in range(100_000):
    replace_folder(Path(sys.argv[1]) / "best", lambda folder: save(folder, str(number % 10)))
    print(number, flush=True)
"""


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_folder_is_replaced_and_the_old_one_is_gone(tmp_path: Path):
    place = tmp_path / "best"
    for text in ("old", "new"):
        replace_folder(place, lambda folder, text=text: (folder / "weights").write_text(text))
    assert (place / "weights").read_text() == "new"
    assert len(names(tmp_path)) == 2  # the link, and the one version that it names


def test_a_save_that_fails_leaves_the_old_folder_and_nothing_else(tmp_path: Path):
    place = tmp_path / "best"
    replace_folder(place, lambda folder: (folder / "weights").write_text("old"))
    before = names(tmp_path)

    def fail(folder: Path) -> None:
        (folder / "weights").write_text("half")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        replace_folder(place, fail)
    assert names(tmp_path) == before and (place / "weights").read_text() == "old"


def test_a_full_disk_is_a_sentence_and_leaves_nothing(tmp_path: Path):
    def fill(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(RecordError, match="No space is left on the disk"):
        replace_folder(tmp_path / "best", fill)
    assert names(tmp_path) == []


@pytest.mark.faults
def test_line_50_a_writer_killed_while_saving_leaves_the_old_or_the_new_never_something_torn(tmp_path: Path):
    draw = random.Random(0)
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(draw.random() * 0.2)
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        texts = {(tmp_path / "best" / name).read_text() for name in ("a", "b", "c")}
        assert len(texts) == 1 and len(texts.pop()) == 2000
    sweep(tmp_path)
    assert len(names(tmp_path)) == 2


def test_sweeping_removes_a_version_that_was_never_linked(tmp_path: Path):
    (tmp_path / "best.0123abcd").mkdir()
    (tmp_path / ".new-recipe.json-99").write_text("half")
    replace_folder(tmp_path / "last", lambda folder: None)
    sweep(tmp_path)
    assert (tmp_path / "last").is_dir() and len(names(tmp_path)) == 2


def test_a_discarded_folder_leaves_nothing(tmp_path: Path):
    replace_folder(tmp_path / "snapshot", lambda folder: None)
    discard(tmp_path / "snapshot")
    discard(tmp_path / "snapshot")
    assert names(tmp_path) == []


def test_json_is_written_whole_and_read_back(tmp_path: Path):
    assert read_json(tmp_path / "plan.json") is None
    write_json(tmp_path / "plan.json", {"threads": 2})
    assert read_json(tmp_path / "plan.json") == {"threads": 2} and names(tmp_path) == ["plan.json"]
