"""A replay is one sweep; each claim stands beside what came of it, judged only where there is enough to judge by."""

from contextlib import closing
from typing import Any

import pytest

from core.errors import DataError, NotFound, RecipeError
from core.home import Home
from core.service import Workbench
from tests.service.replaying.conftest import N

GOOD, BAD = "good", "bad"


def card(*claims: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "own",
        "title": "Good against bad",
        "source": "A blackboard.",
        "recipe": {"dataset": "digits", "backbone": "thaw_plain", "pretrained": False},
        "members": [{"name": GOOD, "recipe": {"lr": 0.8}}, {"name": BAD, "recipe": {"lr": 0.6}}],
        "claims": list(claims),
        **more,
    }


def figure(value: float, member: str = GOOD, **more: Any) -> dict[str, Any]:
    return {"kind": "figure", "member": member, "value": value, "decimals": 3, "n": N, **more}


def played(bench: Workbench, *claims: dict[str, Any], form: str = "full", **more: Any) -> dict[str, Any]:
    made = bench.replay(card(*claims, **more), form)
    return bench.replayed(made["sweep"])


def test_a_published_figure_is_reproduced_or_worse_or_better(bench: Workbench):
    found = played(bench, figure(0.8), figure(0.6), figure(0.95), figure(0.81, figure="macro_f1"))
    assert [row["verdict"] for row in found["claims"]] == [
        "cannot be told apart",
        "better",
        "worse",
        "cannot be told apart",
    ]
    first = found["claims"][0]
    assert first["outcome"] == pytest.approx(0.8, abs=0.02) and len(first["each"]) == 3
    low, high = first["interval"]
    assert low < first["outcome"] < high and first["claim"] == 0.8 and first["claim_told"] == "80.0%"
    assert found["tally"]["judged"] == 4
    member = found["members"][0]
    assert (member["name"], member["outcome"], member["claim"]) == (GOOD, first["outcome"], 0.8)
    assert len(member["runs"]) == member["done"] == 3 and member["run"] == member["runs"][0]


def test_a_member_without_a_published_figure_tells_its_accuracy_all_the_same(bench: Workbench):
    claimed = played(bench, figure(0.8))["members"][0]
    plain = played(bench, {"kind": "balance", "member": GOOD, "text": "All alike"})["members"][0]
    assert (plain["outcome"], plain["interval"]) == (pytest.approx(claimed["outcome"]), claimed["interval"])
    assert plain["claim"] is None and plain["verdict"] == "not judged"
    assert plain["reason"] == "the report gives no figure of it"


def test_nothing_of_a_quick_form_is_judged_and_what_was_not_learned_says_so(bench: Workbench):
    unlearned = {"name": "blind", "recipe": {"lr": 0.25}}
    members = [{"name": GOOD, "recipe": {"lr": 0.8}}, unlearned]
    claims = figure(0.8), figure(0.8, "blind"), {"kind": "order", "winner": GOOD, "loser": "blind"}
    found = played(bench, *claims, form="quick", members=members)
    assert {row["verdict"] for row in found["claims"]} == {"not judged"}
    good, blind, order = (row["reason"] for row in found["claims"])
    assert "quick form" in good and "not learned" not in good
    assert "not learned in the quick form" in blind and "quick form" in order
    assert found["tally"]["judged"] == 0


def test_an_hour_is_not_judged_either_and_its_claims_are_told(bench: Workbench):
    further = {"name": "far", "recipe": {"lr": 0.7}, "further": True, "hour": {}}
    members = [{"name": GOOD, "recipe": {"lr": 0.8}}, further]
    claims = figure(0.8), {"kind": "order", "winner": GOOD, "loser": "far", "further": True}
    form = {"left_out": "Two of three seeds."}
    found = played(bench, *claims, form="hour", members=members, hour=form)
    assert [(row["verdict"], row["reason"]) for row in found["claims"]] == [("not judged", "hour form")] * 2
    assert all(row["outcome"] is not None for row in found["claims"])
    assert found["left_out"] == "Two of three seeds." and found["members"][1]["differs"][0] == found["left_out"]


def test_a_run_that_members_share_is_counted_once_and_answers_for_each(bench: Workbench):
    members = [{"name": GOOD, "recipe": {"lr": 0.8}}, {"name": "twin", "recipe": {"lr": 0.8}}]
    document = card(figure(0.8), figure(0.8, "twin"), members=members)
    assert bench.replay_card(document)["forms"]["quick"]["runs"] == 1
    found = bench.replayed(bench.replay(document)["sweep"])
    assert [each["outcome"] for each in found["members"]] == [pytest.approx(0.8, abs=0.02)] * 2
    assert found["members"][0]["runs"] == found["members"][1]["runs"]


def test_two_seeds_are_too_few(bench: Workbench):
    made = bench.replay(card(figure(0.8), {"kind": "order", "winner": GOOD, "loser": BAD}), "full", seeds=2)
    rows = bench.replayed(made["sweep"])["claims"]
    assert all("fewer than three seeds" in row["reason"] and row["verdict"] == "not judged" for row in rows)


def test_an_epoch_chosen_on_the_scored_pictures_is_marked_and_the_last_stands_beside_it(bench: Workbench):
    on_val, last, on_test = played(
        bench, figure(0.8, split="val"), figure(0.8, split="val", epoch="last"), figure(0.8)
    )["claims"]
    assert "optimistic" in on_val["note"] and "last epoch 7" in on_val["note"]
    assert last["note"] == on_test["note"] == "" and last["outcome"] < on_val["outcome"]


def test_figures_of_other_pictures_stand_there_unjudged(bench: Workbench):
    rows = played(bench, figure(0.8, n=1000), figure(0.8, same_pictures=False))["claims"]
    assert [(row["verdict"], row["reason"]) for row in rows] == [("not judged", "other pictures")] * 2


def test_right_of_n_is_told_in_counts(bench: Workbench):
    (row,) = played(bench, {"kind": "right", "member": GOOD, "value": 240, "n": N})["claims"]
    assert row["claim_told"] == f"240 of {N}" and f"of {N}" in row["outcome_told"] and row["verdict"] == "better"


def test_an_order_is_reproduced_turned_round_or_too_close(bench: Workbench):
    twin = {"name": "twin", "recipe": {"lr": 0.801}}
    members = [{"name": GOOD, "recipe": {"lr": 0.8}}, {"name": BAD, "recipe": {"lr": 0.6}}, twin]
    orders = [(GOOD, BAD), (BAD, GOOD), (GOOD, "twin")]
    claims = [{"kind": "order", "winner": winner, "loser": loser, "by": 0.1} for winner, loser in orders]
    rows = played(bench, *claims, members=members)["claims"]
    assert [row["verdict"] for row in rows] == ["reproduced", "worse", "cannot be told apart"]
    assert rows[0]["outcome"] == pytest.approx(0.2, abs=0.03) and rows[0]["interval"][0] > 0
    assert rows[0]["claim_told"] == "+10.0 points" and rows[0]["outcome_told"].startswith("+2")


def test_wins_of_classes_are_counted_and_the_lost_ones_named(bench: Workbench):
    (row,) = played(bench, {"kind": "classes", "winner": GOOD, "loser": BAD, "value": 3, "of": 4})["claims"]
    assert row["outcome"] == 4 and row["outcome_told"].startswith("4 of 4") and "after Holm" in row["outcome_told"]
    assert row["verdict"] == "not judged" and row["interval_told"] == "(4 to 4)"


def test_times_are_told_by_the_phases_that_the_card_names(bench: Workbench):
    claim = {"kind": "times", "faster": GOOD, "slower": BAD, "value": 4, "faster_phases": ["fit"]}
    claim["slower_phases"] = ["search"]
    (row,) = played(bench, claim)["claims"]
    assert row["outcome"] == pytest.approx(4) and "a test with 2 cores" in row["outcome_told"]
    assert row["interval"] == (4, 4) and row["interval_told"] == ""
    assert "2 s against 0.5 s" in row["outcome_told"] and "told without a test" in row["reason"]


@pytest.mark.parametrize(
    ("measure", "told"), [("trained", "good 5 parameters"), ("peak_memory", "1 MB"), ("fall", "0.0 points")]
)
def test_what_is_measured_is_told_of_every_member(bench: Workbench, measure: str, told: str):
    claim = {"kind": "measure", "names": [GOOD, BAD], "measure": measure, "text": "It costs less"}
    (row,) = played(bench, claim)["claims"]
    assert told in row["outcome_told"] and BAD in row["outcome_told"] and row["verdict"] == "not judged"


def test_small_classes_and_balance_are_read_from_the_scored_pictures(bench: Workbench):
    small = {"kind": "small_classes", "names": [GOOD], "at_most": 95, "text": "Nothing is found"}
    rows = played(bench, small, {"kind": "balance", "member": GOOD, "text": "They are uneven"})["claims"]
    assert "of 270 in 3 small classes, nothing in 0" in rows[0]["outcome_told"] and rows[0]["outcome"] == 0
    assert "4 classes of 90 to 130 pictures" in rows[1]["outcome_told"]


def test_a_learner_without_randomness_is_judged_from_one_run(bench: Workbench):
    members = [{"name": GOOD, "recipe": {"lr": 0.8}, "draws": False}, {"name": BAD, "recipe": {"lr": 0.6}}]
    found = played(bench, figure(0.6), {"kind": "order", "winner": GOOD, "loser": BAD}, members=members)
    assert [row["verdict"] for row in found["claims"]] == ["better", "reproduced"]
    assert [len(member["runs"]) for member in found["members"]] == [1, 3]


def test_the_same_replay_again_is_the_one_that_is_there_and_another_form_takes_its_finished_twins(bench: Workbench):
    first = bench.replay(card(figure(0.8)), "quick")
    assert bench.replay(card(figure(0.8)), "quick") | {"reused": False} == {
        key: first[key] for key in ("sweep", "name", "replay", "form", "reused")
    }
    full = bench.replay(card(figure(0.8)), "full")
    runs = {run["name"]: run for run in bench.sweep(full["sweep"])["runs"]}
    assert "identical run" in runs["good, seed 0"]["reason"] and "identical" not in runs["good, seed 1"]["reason"]
    assert [each["form"] for each in bench.replays_begun(card(figure(0.8)))] == ["full", "quick"]
    again = bench.replay(card(figure(0.8)), "quick", again=True)
    assert again["sweep"] != first["sweep"]
    assert all("identical" not in run["reason"] for run in bench.sweep(again["sweep"])["runs"])


def test_members_that_come_to_the_same_recipe_share_a_run(bench: Workbench):
    members = [{"name": GOOD, "recipe": {"lr": 0.8}}, {"name": BAD, "recipe": {"lr": 0.8}}]
    found = played(bench, figure(0.8, BAD), form="quick", members=members)
    assert found["members"][0]["runs"] == found["members"][1]["runs"] and found["state"] == "done"


def test_a_member_that_failed_is_told_in_its_claims_and_the_others_stand(bench: Workbench):
    members = [{"name": GOOD, "recipe": {"lr": 0.8}}, {"name": BAD, "recipe": {"lr": 13}}]
    found = played(
        bench, figure(0.7), figure(0.7, BAD), {"kind": "order", "winner": GOOD, "loser": BAD}, members=members
    )
    good, bad, order = found["claims"]
    assert good["verdict"] == "better" and bad["outcome"] is None
    assert "a run of bad failed: The network has 0 trainable" in bad["reason"] and "bad failed" in order["reason"]
    assert found["state"] == "failed" and bad["claim_told"] == "70.0%"


def test_a_run_that_was_deleted_is_missed(bench: Workbench):
    found = played(bench, figure(0.6))
    bench.delete(found["members"][0]["runs"][2])
    (row,) = bench.replayed(found["sweep"])["claims"]
    assert row["verdict"] == "not judged" and "a run of good was deleted" in row["reason"]


def test_whoever_chose_otherwise_sees_it_beside_the_table(bench: Workbench):
    options = {"low": {}, "high": {GOOD: {"lr": 0.9}}}
    open_one = {"name": "rate", "question": "The rate", "chosen": "low", "options": options}
    made = bench.replay(card(figure(0.8), left_open=[open_one]), "quick", chosen={"rate": "high"})
    found = bench.replayed(made["sweep"])
    assert found["left_open"] == [{"question": "The rate", "chosen": "high"}] and found["chosen"] == {"rate": "high"}
    assert found["claims"][0]["outcome"] == pytest.approx(0.9, abs=0.02)


def test_what_cannot_be_replayed_is_a_sentence_and_leaves_nothing_behind(bench: Workbench):
    with pytest.raises(NotFound, match="There is no replay called 'nothing'; there are fashion"):
        bench.replay("nothing")
    with pytest.raises(RecipeError, match="choose one of quick, full"):
        bench.replay("hymenoptera", "slow")
    with pytest.raises(DataError, match="put a folder of class folders, or an archive of one, at THAW_DATA/nowhere"):
        bench.replay(card(figure(0.8), recipe={"dataset": "nowhere"}))
    assert bench.sweeps() == [] and bench.runs() == []
    other = bench.submit_sweep({"dataset": "digits", "backbone": "thaw_plain", "pretrained": False, "lr": 0.5})
    with pytest.raises(NotFound, match="is no replay"):
        bench.replayed(other["sweep"])


def test_a_person_sees_their_own_replays_alone(bench: Workbench):
    ada, bob = bench.seen_by("ada"), bench.seen_by("bob")
    made = ada.replay(card(figure(0.8)), "quick")
    assert [each["sweep"] for each in ada.replays_begun()] == [made["sweep"]] and bob.replays_begun() == []
    with pytest.raises(NotFound):
        bob.replayed(made["sweep"])


def test_what_was_learned_by_heart_is_measured_when_asked_for_and_kept(home_folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_ENGINE", "immediate")
    small = {"dataset": "digits", "backbone": "thaw_plain", "pretrained": False, "epochs": 1, "examples_per_class": 3}
    claim = {"kind": "measure", "names": ["a"], "measure": "gap", "text": "It learns by heart"}
    document = card(claim, recipe=small, members=[{"name": "a"}])
    with closing(Workbench(Home(home_folder))) as bench:
        made = bench.replay(document, "quick")
        assert bench.replayed(made["sweep"])["claims"][0]["outcome"] is None
        assert (bench.measure_gaps(made["sweep"]), bench.measure_gaps(made["sweep"])) == (1, 0)
        (row,) = bench.replayed(made["sweep"])["claims"]
    assert -1 < row["outcome"] < 1 and "points" in row["outcome_told"]
