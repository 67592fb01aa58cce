"""A table that is taken away says what stands on the page, and calculates nothing."""

import csv
import io

import pytest

from pages.shared.tables import csv_of


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", ["=1+1", "+1", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_a_name_that_looks_like_a_formula_is_text(name: str):
    (row,) = read(csv_of([{"file": name}]))
    assert row["file"] == "'" + name


def test_numbers_and_plain_names_stay_as_they_are():
    rows = [{"file": 'a "b", c\nd.png', "probability": -0.5}, {"file": "grün", "note": None}]
    assert read(csv_of(rows)) == [
        {"file": 'a "b", c\nd.png', "probability": "-0.5", "note": ""},
        {"file": "grün", "probability": "", "note": ""},
    ]


def test_names_of_fields_are_names_too_and_no_rows_are_no_table():
    assert csv_of([{"=A1": 1}]).decode("utf-8-sig").splitlines()[0] == "'=A1"
    assert read(csv_of([])) == []


def test_a_name_that_is_no_unicode_can_be_taken_away_all_the_same():
    assert read(csv_of([{"file": "\udcff.png"}])) == [{"file": "?.png"}]
