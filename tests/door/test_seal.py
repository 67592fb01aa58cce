"""What was sealed is read by the home that sealed it, as it was, for what it was, for as long as it holds."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.home import Home
from door.people import in_fours, newcomer, returning
from door.seal import Seal
from door.ways import onward

SEAL = Seal(b"one secret")
SEALED = SEAL.close("cookie", {"id": "ada"}, 3600)


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_sealed_comes_back(facts: dict[str, str]):
    facts.pop("until", None)
    opened = SEAL.open("cookie", SEAL.close("cookie", facts, 60))
    assert opened is not None and {**opened, **facts} == opened
    assert SEAL.open("cookie", SEAL.close("cookie", facts, 0)) is None


@given(st.data())
def test_one_letter_of_it_changed_makes_it_worthless(data: st.DataObject):
    sealed = SEALED
    place = data.draw(st.integers(0, len(sealed) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != sealed[place]))
    assert SEAL.open("cookie", sealed[:place] + letter + sealed[place + 1 :]) is None


@given(st.text())
def test_what_anybody_makes_up_is_worthless(text: str):
    assert SEAL.open("cookie", text) is None
    assert returning(SEAL, text, "Ada") is None


def test_another_secret_and_another_purpose_do_not_open_it():
    sealed = SEAL.close("cookie", {"id": "ada"}, 60)
    assert SEAL.open("form", sealed) is None
    assert Seal(b"another secret").open("cookie", sealed) is None


def test_a_home_keeps_its_key_to_itself_and_never_changes_it(tmp_path: Path):
    first = Seal.of(Home(tmp_path))
    assert Seal.of(Home(tmp_path)) == first
    assert stat.S_IMODE((tmp_path / "door.key").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["door.key"]


def test_a_code_is_the_way_back_to_the_same_person_however_it_is_written():
    ada = newcomer(SEAL, "Ada")
    assert returning(SEAL, in_fours(ada.code), "Ada") == ada
    assert returning(SEAL, f" {in_fours(ada.code).upper()} ", "Ada") == ada
    assert newcomer(SEAL, "Ada").id != ada.id
    assert returning(Seal(b"another secret"), ada.code, "Ada") is None


@pytest.mark.parametrize(
    "wanted", ["//a.example", "https://a.example", "/\\a.example", "a.example", "/a\nb", "/sign-in?next=/", "", None]
)
def test_the_door_leads_nowhere_else(wanted: str | None):
    assert onward(wanted) == "/"
