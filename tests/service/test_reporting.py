"""A report of runs: sorted by dataset and recipe, judged by the rules, and honest about what is missing."""

from pathlib import Path

import pytest

from core.errors import RecordError
from core.recipe import Recipe
from core.runs.record import Record
from core.service import Workbench
from core.service.reporting import studies_of
from tests.conftest import HOSTILE_NAME
from tests.export.reading import Read
from tests.short_learner import train

pytestmark = pytest.mark.usefixtures("short_learner")


def study(record: Record, *runs: str):
    (found,) = studies_of(record, [record.find(run) for run in runs])
    return found


def test_seeds_of_a_recipe_are_one_group_and_the_lowest_stands_for_all(record: Record):
    runs = [train(record, f"full seed {seed}", seed=seed) for seed in (2, 0, 1)]
    other = train(record, "another", seed=0, epochs=3)
    found = study(record, *runs, other)
    assert [group.label for group in found.groups] == ["full", "another"]
    assert [run.seed for run in found.groups[0].runs] == [0, 1, 2]
    assert found.groups[0].accuracies["each"] == pytest.approx([2 / 3] * 3)
    assert found.settings == [{"setting": "epochs", "values": {"full": 10, "another": 3}}]


def test_three_seeds_each_are_judged_as_recipes_and_not_pair_by_pair(record: Record):
    runs = [train(record, name, epochs=epochs, seed=s) for name, epochs in (("a", 1), ("b", 2)) for s in range(3)]
    (verdict,) = study(record, *runs).verdicts
    assert (verdict["about"], verdict["verdict"]) == ("recipes", "too_close")
    assert verdict["sentence"].startswith("a less b is +0.0 points")


def test_with_fewer_seeds_only_the_two_runs_are_judged(record: Record):
    runs = [train(record, name, epochs=epochs, seed=s) for name, epochs in (("a", 1), ("b", 2)) for s in range(2)]
    (verdict,) = study(record, *runs).verdicts
    assert verdict["about"] == "runs"
    assert verdict["sentence"].startswith("0 only a, seed 0 right, 0 only b, seed 0 right")


def test_runs_of_the_same_name_are_told_apart(record: Record):
    found = study(record, *(train(record, "same", epochs=epochs) for epochs in (1, 2)))
    assert [group.label for group in found.groups] == ["same (1)", "same (2)"]


def test_runs_on_several_datasets_have_a_part_each(bench: Workbench, record: Record):
    runs = [train(record, "a", epochs=1), train(record, "b", epochs=1, dataset="digit_sums")]
    read = Read(bench.report_page(runs))
    assert "On digits" in read.text and "On digit_sums" in read.text
    assert "Transfer learning on digits and digit_sums" in read.text


def test_pictures_that_have_changed_are_one_sentence(bench: Workbench, record: Record):
    read = Read(bench.report_page([train(record, epochs=1)]))  # the story's data are not those of the dataset
    assert "The pictures of digits have changed since this run" in read.text
    assert not read.all("img")


def test_a_run_without_stages_has_no_heat_map_and_says_why(bench: Workbench, record: Record):
    text = bench.report_page([train(record, "a", epochs=1)])
    assert "No stages are drawn of a" in text and "frozen</text>" not in text


def test_one_that_has_not_ended_or_has_judged_nothing_is_refused_in_a_sentence(bench: Workbench, record: Record):
    waiting = record.create(Recipe())
    failed = train(record, lr=13)
    for run, words in ((waiting, "is queued; a report is about runs that have ended"), (failed, "judged no pictures")):
        with pytest.raises(RecordError, match=words):
            bench.report_page([run])


def test_figures_of_validation_pictures_are_marked_as_chosen(bench: Workbench, record: Record):
    text = Read(bench.report_page([train(record, epochs=1)])).text
    assert "The best epoch was chosen on these very pictures" in text and "no test pictures" in text


def test_how_few_pictures_taught_and_judged_stands_among_the_limits(bench: Workbench, record: Record):
    text = Read(bench.report_page([train(record, "a", examples_per_class=12, held_out_per_class=7)])).text
    assert "Training was held to 12 pictures of each class." in text
    assert "Judged on at most 7 held-out pictures of each class; more were there." in text
    assert "Judged on at most" not in Read(bench.report_page([train(record, "b")])).text


def test_hostile_names_titles_and_questions_are_words(bench: Workbench, record: Record):
    read = Read(bench.report_page([train(record, HOSTILE_NAME, epochs=1)], HOSTILE_NAME, HOSTILE_NAME))
    assert not read.all("script") and not read.all("img")
    assert read.text.count("<script>alert(1)</script>") > 5


def test_a_title_and_a_question_are_made_where_none_is_given(bench: Workbench, record: Record):
    runs = [train(record, name, epochs=epochs) for name, epochs in (("a", 1), ("b", 2))]
    text = Read(bench.report_page(runs)).text
    assert "Which of 2 recipes that differ in epochs tells the 2 classes of digits apart best?" in text
    assert "Mine" in Read(bench.report_page(runs, "Mine")).text


def test_what_it_takes_to_do_it_again_is_there(bench: Workbench, record: Record):
    run = train(record, epochs=1, lr=0.25)
    text = Read(bench.report_page([run])).text
    assert '"lr": 0.25' in text and "--set lr=0.25" in text and run in text and "hash of weights" in text


@pytest.mark.faults
def test_a_place_that_cannot_be_written_or_an_unknown_ending_is_a_sentence(
    bench: Workbench, record: Record, tmp_path: Path
):
    run = train(record, epochs=1)
    with pytest.raises(RecordError, match="should end in .html or .md"):
        bench.report([run], str(tmp_path / "report.pdf"))
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="can't be written"):
        bench.report([run], str(tmp_path / "file" / "report.html"))
