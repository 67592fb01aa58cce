"""The report of a replay: its claims beside their outcomes, before all that any report tells of its runs."""

import json
from pathlib import Path

import pytest

from core.errors import NotFound, RecordError
from core.service import Workbench
from tests.conftest import HOSTILE_NAME
from tests.export.reading import Read, rendered
from tests.service.replaying.test_replays import BAD, GOOD, card, figure
from tests.typed import typed

LEFT_OPEN = [{"question": "The size of its batch", "chosen": "32 pictures"}]
ORDER = {"kind": "order", "winner": GOOD, "loser": BAD, "by": 0.1}


def begun(bench: Workbench, form: str, **more: object) -> str:
    document = card(figure(0.95), ORDER, question="Which is better?", left_open=LEFT_OPEN, **more)
    return bench.replay(document, form)["sweep"]


def test_every_claim_stands_beside_its_outcome_and_verdict(bench: Workbench):
    sweep = begun(bench, "full", differs=["grey pictures"])
    read, found = Read(bench.report_page([], replay=sweep)), bench.replayed(sweep)
    for claim in found["claims"]:
        told = claim["text"], claim["claim_told"], claim["outcome_told"], claim["interval_told"], claim["verdict"]
        assert all(words in read.text for words in told)
    assert [claim["verdict"] for claim in found["claims"]] == ["worse", "reproduced"]
    assert f"{found['tally']['sentence']}." in read.text and "by chance" in found["tally"]["sentence"]
    for words in ("Good against bad", "Which is better?", "A blackboard.", "grey pictures"):
        assert words in read.text
    assert "The size of its batch: 32 pictures" in read.text
    assert all(run in read.text for member in found["members"] for run in member["runs"])


def test_a_quick_form_says_that_nothing_is_judged(bench: Workbench):
    sweep = begun(bench, "quick", quick={"left_out": "Fewer pictures.", "minutes": 1})
    read = Read(bench.report_page([], replay=sweep))
    assert "quick form, smaller on purpose" in read.text and "Fewer pictures." in read.text
    assert "No claim was judged." in read.text


def test_what_only_one_member_does_otherwise_is_told_of_it_alone(bench: Workbench):
    members = [{"name": GOOD, "recipe": {"lr": 0.8}, "differs": ["Adam"]}, {"name": BAD, "recipe": {"lr": 0.6}}]
    read = Read(bench.report_page([], replay=begun(bench, "quick", members=members, differs=["all grey"])))
    assert "good: Adam" in read.text and read.text.count("all grey") == 1


def test_names_that_somebody_typed_stay_text(bench: Workbench, tmp_path: Path):
    sweep = begun(bench, "quick", title=HOSTILE_NAME, source=HOSTILE_NAME)
    page = Read(bench.report_page([], replay=sweep))
    bench.report([], str(tmp_path / "a.md"), replay=sweep)
    for read in (page, rendered((tmp_path / "a.md").read_text(encoding="utf-8"))):
        assert HOSTILE_NAME in read.text.replace("\u2060", "") and not read.all("script")
        assert not [each for each in read.all("img") if "fetched" in each["src"]]


def test_one_that_has_no_finished_run_or_was_never_begun_is_a_sentence(bench: Workbench):
    members = [{"name": GOOD, "recipe": {"lr": 13}}, {"name": BAD, "recipe": {"lr": 13, "epochs": 2}}]
    with pytest.raises(RecordError, match="at least one run"):
        bench.report_page([], replay=begun(bench, "quick", members=members))
    with pytest.raises(NotFound, match="has not been begun"):
        bench.report_page([], replay="hymenoptera")


def test_the_terminal_writes_it_too(bench: Workbench, tmp_path: Path, capsys: pytest.CaptureFixture):
    file, sweep = tmp_path / "a.html", begun(bench, "full")
    said = typed(capsys, "report", "--replay", sweep, "--to", str(file), "--json")
    assert said.code == 0 and json.loads(said.out)["title"] == "Good against bad"
    assert "Each claim beside its outcome" in Read(file.read_text(encoding="utf-8")).text
