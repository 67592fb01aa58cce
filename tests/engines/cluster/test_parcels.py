"""Folders survive being taken apart, and nothing lands outside of them."""

import os
from pathlib import Path

import pytest

from core.engines.cluster import parcels
from core.errors import RecordError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parcels, "PIECE", 1000)
    folder = tmp_path / "here"
    (folder / "deeper").mkdir(parents=True)
    (folder / "large").write_bytes(os.urandom(2500))
    (folder / "whole").write_bytes(os.urandom(2000))
    (folder / "deeper" / "empty").write_bytes(b"")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name, _ in parcels.entries(folder)}


def test_a_folder_laid_together_is_the_folder_that_was_taken_apart(folder: Path, tmp_path: Path):
    for piece in parcels.pieces(folder):
        assert len(piece[2]) <= 1000
        parcels.lay(tmp_path / "there", piece)
    assert content(tmp_path / "there") == content(folder)
    assert sorted(content(folder)) == ["deeper/empty", "large", "whole"]


def test_what_is_there_is_not_fetched_again(folder: Path, tmp_path: Path):
    asked = []

    def ask(name: str, offset: int) -> bytes:
        asked.append(name)
        return parcels.cut(folder, name, offset)

    for _ in range(2):
        parcels.fetch(tmp_path / "there", lambda: parcels.entries(folder), ask)
    assert content(tmp_path / "there") == content(folder)
    assert sorted(asked) == ["deeper/empty", *["large"] * 3, *["whole"] * 2]


def test_a_fetch_that_breaks_off_leaves_nothing(folder: Path, tmp_path: Path):
    def ask(name: str, offset: int) -> bytes:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        parcels.fetch(tmp_path / "there", lambda: parcels.entries(folder), ask)
    assert [*tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("name", ["", "..", "../up", "a/../../up", "/etc/passwd"])
def test_a_name_that_leads_outside_is_refused(name: str, tmp_path: Path):
    with pytest.raises(RecordError, match="no name of a file"):
        parcels.lay(tmp_path, (name, 0, b"x"))
