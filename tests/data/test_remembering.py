"""What is remembered about files holds exactly as long as they stay as they were."""

import os
from pathlib import Path

import pytest

from core.data.remembering import Memory, stamp_of


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "file").write_text("one")
    return folder


def test_an_answer_is_recalled_in_another_process_until_a_file_changes(tmp_path: Path, place: Path):
    assert Memory.of(tmp_path, "question", place).recall() is None
    assert Memory.of(tmp_path, "question", place).keep("answer") == "answer"
    assert Memory.of(tmp_path, "question", place).recall() == "answer"
    (place / "inside" / "file").write_text("longer")
    assert Memory.of(tmp_path, "question", place).recall() is None


def test_each_question_and_each_place_has_its_own_answer(tmp_path: Path, place: Path):
    Memory.of(tmp_path, "question", place).keep("answer")
    assert Memory.of(tmp_path, "another", place).recall() is None
    assert Memory.of(tmp_path, "question", place / "inside").recall() is None


def change_size(place: Path) -> None:
    (place / "inside" / "file").write_text("longer")


def change_content(place: Path) -> None:
    file = place / "inside" / "file"
    before = file.stat()
    file.write_text("two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))


def add(place: Path) -> None:
    (place / "more").write_text("")


def remove(place: Path) -> None:
    (place / "inside" / "file").unlink()


def rename(place: Path) -> None:
    (place / "inside" / "file").rename(place / "inside" / "other")


def lead_nowhere(place: Path) -> None:
    (place / "link").symlink_to("nowhere")


@pytest.mark.parametrize("change", [change_size, change_content, add, remove, rename, lead_nowhere])
def test_whatever_changes_below_a_place_shows(place: Path, change):
    before = stamp_of(place)
    assert stamp_of(place) == before
    change(place)
    assert stamp_of(place) != before


def test_links_that_lead_in_a_circle_are_not_followed(place: Path):
    (place / "inside" / "circle").symlink_to(place)
    assert stamp_of(place) == stamp_of(place)


def test_what_changes_while_it_is_read_is_not_remembered_as_it_is_now(tmp_path: Path, place: Path):
    memory = Memory.of(tmp_path, "question", place)
    change_size(place)
    memory.keep("read before the change, or after")
    assert Memory.of(tmp_path, "question", place).recall() is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"stamp": 1}', "\x00"])
def test_a_damaged_memory_is_made_again(tmp_path: Path, place: Path, damage: str):
    memory = Memory.of(tmp_path, "question", place)
    memory.keep("answer")
    memory.file.write_text(damage)
    assert memory.recall() is None
    memory.keep("answer")
    assert memory.recall() == "answer"


def test_a_home_that_keeps_nothing_is_answered_all_the_same(tmp_path: Path, place: Path):
    (tmp_path / "file").touch()
    assert Memory.of(tmp_path / "file", "question", place).keep("answer") == "answer"
    assert Memory.of(tmp_path / "file", "question", place).recall() is None
