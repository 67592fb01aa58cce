import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from core.data.building import building

PROJECT = Path(__file__).resolve().parents[2]


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_a_folder_appears_only_when_it_is_whole(tmp_path):
    target = tmp_path / "deep" / "set"
    with building(target) as draft:
        assert draft is not None
        (draft / "a").write_text("1")
        assert not target.exists()
    assert (target / "a").read_text() == "1"
    assert names(target.parent) == ["set"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt])
def test_a_failure_leaves_nothing(tmp_path, failure):
    def fail():
        with building(tmp_path / "home/datasets/set") as draft:
            assert draft is not None
            (draft / "a").write_text("half")
            raise failure

    with pytest.raises(failure):
        fail()
    assert names(tmp_path / "home") == []


def test_a_failure_leaves_the_folders_around_that_were_there(tmp_path):
    (tmp_path / "datasets").mkdir()
    with pytest.raises(ValueError, match="half"), building(tmp_path / "datasets/set"):
        raise ValueError("half")
    assert names(tmp_path) == ["datasets"]
    assert names(tmp_path / "datasets") == []


def test_a_folder_that_stands_already_is_left_alone(tmp_path):
    (tmp_path / "set").mkdir()
    with building(tmp_path / "set") as draft:
        assert draft is None
    assert names(tmp_path) == ["set"]


def test_a_killed_attempt_is_cleared_away_by_the_next(tmp_path):
    script = f"""
        import os, signal
        from pathlib import Path
        from core.data.building import building
        with building(Path({str(tmp_path / "set")!r})) as draft:
            (draft / "half").write_text("half")
            (draft / "below").mkdir()
            os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=PROJECT, check=False)
    assert names(tmp_path) == [".set.partial"]
    with building(tmp_path / "set") as draft:
        assert draft is not None
        assert names(draft) == []
    assert names(tmp_path) == ["set"]
