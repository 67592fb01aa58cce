"""A home with one finished run called `first`, trained by the real command in a process of its own, once per module."""

import json
from pathlib import Path

import pytest

from tests.typed import QUICK, typed_in_a_shell


@pytest.fixture(scope="module")
def home_of_first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    said = typed_in_a_shell("train", *QUICK, "--name", "first", "--json", THAW_HOME=str(home))
    (home / "said.json").write_text(json.dumps([said.code, said.out, said.err]))
    assert said.code == 0, said.err
    return home


@pytest.fixture
def trained(home_of_first: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of `first`, as this test's own."""
    monkeypatch.setenv("THAW_HOME", str(home_of_first))
    return home_of_first
