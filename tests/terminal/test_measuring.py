"""`bench` answers with what the benchmarks measured, and names them to whoever asks for another."""

import json

import pytest

from tests.typed import typed, typed_in_a_shell

FIELDS = {"name", "ratio", "low", "high", "against", "share_of_peak", "machine"}


def test_a_benchmark_answers_scripts_with_its_figures_and_their_spread():
    said = typed_in_a_shell("bench", "fused_steps", "--json")
    figures = json.loads(said.out.splitlines()[-1])["benchmarks"]
    assert {"sgd", "adam", "adamw"} == {each["name"].split(",")[0].split()[-1] for each in figures}
    for each in figures:
        assert set(each) >= FIELDS
        assert 0 < each["low"] <= each["ratio"] <= each["high"]


def test_an_unknown_benchmark_is_refused_with_the_names_of_all(capfd: pytest.CaptureFixture):
    said = typed(capfd, "bench", "nothing_of_the_kind", "--json")
    assert said.code == 2 and not said.out
    assert "fused_steps" in said.err and "head_only" in said.err and "Traceback" not in said.err


def test_without_pictures_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture):
    monkeypatch.delenv("THAW_DATA", raising=False)
    said = typed(capfd, "bench", "head_only")
    assert said.code == 2 and "THAW_DATA is not set" in said.err and "Traceback" not in said.err


def test_every_benchmark_with_figures_says_what_it_measures():
    from benchmarks.__main__ import benchmarks

    known = benchmarks()
    assert {"everything", "head_only", "folding", "fused_steps"} <= set(known)
    assert all(told.strip() for told in known.values())
