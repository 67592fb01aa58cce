"""Published experiments from the terminal: the cards, a replay with its table, and a card of one's own."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from core.catalog.replays import REPLAYS
from core.terminal.replaying import tell_replay
from core.terminal.screen import Screen
from tests.service.replaying.conftest import bench
from tests.service.replaying.test_replays import card, figure
from tests.typed import typed

__all__ = ["bench"]


@pytest.fixture
def own(tmp_path: Path) -> str:
    return written(tmp_path, card(figure(0.8), {"kind": "order", "winner": "good", "loser": "bad"}))


def written(folder: Path, document: Any) -> str:
    file = folder / "card.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(file)


def test_the_cards_are_listed_and_any_of_them_can_be_saved(bench: Any, capsys: pytest.CaptureFixture):
    found = typed(capsys, "replays", "--json").json
    assert [each["name"] for each in found["replays"]] == list(REPLAYS) and found["begun"] == []
    assert all(each["title"] and each["claims"] for each in found["replays"])
    assert "Ants and bees" in typed(capsys, "replays").out
    assert json.loads(typed(capsys, "replays", "--save", "hymenoptera").out) == REPLAYS["hymenoptera"]


def test_a_replay_ends_with_its_table(bench: Any, own: str, capsys: pytest.CaptureFixture):
    said = typed(capsys, "replay", "--card", own)
    assert said.code == 0, said.err
    for words in (
        "quick form",
        "good: accuracy (test, best epoch)",
        "80.0%",
        "not judged: quick form",
        "No claim was judged",
    ):
        assert words in said.out
    found = typed(capsys, "replay", "--card", own, "--status", "--json").json
    assert (found["replay"], found["form"], found["state"]) == ("own", "quick", "done")
    assert set(found["claims"][0]) >= {"text", "claim", "outcome", "interval", "verdict", "reason", "differs"}
    assert set(found["members"][0]) >= {"run", "name", "outcome", "interval", "claim", "verdict", "reason", "differs"}
    assert "begun: replay own, quick" in typed(capsys, "replays").out


def test_the_full_form_is_judged(bench: Any, own: str, capsys: pytest.CaptureFixture):
    found = typed(capsys, "replay", "--card", own, "--full", "--json").json
    assert [row["verdict"] for row in found["claims"]] == ["cannot be told apart", "reproduced"]
    assert typed(capsys, "replay", "--card", own, "--full", "--no-wait", "--json").json["reused"] is True


def test_an_hour_says_its_form_and_what_it_leaves_out(bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture):
    hour = {"left_out": "Nearly nothing.", "minutes": 40}
    said = typed(capsys, "replay", "--hour", "--card", written(tmp_path, card(figure(0.8), hour=hour)))
    assert said.code == 0, said.err
    for words in ("(hour form, done)", "Nearly nothing.", "not judged: hour form"):
        assert words in said.out
    listed = next(line for line in typed(capsys, "replays").out.splitlines() if line.startswith("cifar"))
    assert "about 20 min" in listed


def test_a_member_without_a_published_figure_stands_in_the_table_all_the_same(
    bench: Any, own: str, capsys: pytest.CaptureFixture
):
    lines = typed(capsys, "replay", "--card", own).out.splitlines()
    (line,) = [line for line in lines if line.startswith("bad: accuracy")]
    assert "59.8% (54.9 to 64.4)" in line and "the report gives no figure of it" in line


class Window(io.StringIO):
    """A stream that says it is a person's, as wide as COLUMNS says."""

    def isatty(self) -> bool:
        return True


def test_on_a_narrow_screen_the_table_is_a_block_for_each_claim(
    bench: Any, own: str, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    found = typed(capsys, "replay", "--card", own, "--json").json
    monkeypatch.setenv("COLUMNS", "60")
    tell_replay(found, Screen(json=False, stream=(window := Window())))
    lines = window.getvalue().splitlines()
    at = lines.index("good: accuracy (test, best epoch)")
    assert lines[at + 1] == "  published: 80.0%" and max(map(len, lines[at : at + 5])) <= 60
    monkeypatch.setenv("COLUMNS", "300")
    tell_replay(found, Screen(json=False, stream=(window := Window())))
    assert "published" in next(line for line in window.getvalue().splitlines() if "interval" in line)


def test_a_member_that_failed_ends_the_command_with_its_reason(
    bench: Any, tmp_path: Path, capsys: pytest.CaptureFixture
):
    members = [{"name": "good", "recipe": {"lr": 0.8}}, {"name": "bad", "recipe": {"lr": 13}}]
    said = typed(capsys, "replay", "--card", written(tmp_path, card(figure(0.8, "bad"), members=members)), "--json")
    assert said.code == 2 and "0 trainable parameters" in said.err and said.json["state"] == "failed"


@pytest.mark.faults
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["replay", "hymenopter"], "There is no replay called 'hymenopter'; there are fashion"),
        (["replay"], "replay: None is not possible; name one that `replays` lists, or give --card FILE.json."),
        (["replay", "--card", "nowhere.json"], "The card 'nowhere.json' can't be read"),
        (["replay", "hymenoptera", "--hour"], "form: 'hour' is not possible; choose one of quick, full."),
        (["replay", "hymenoptera", "--status"], "This replay has not been begun yet"),
        (["replay", "hymenoptera", "--choose", "l1_over"], "--choose: 'l1_over' is not possible"),
        (["replay", "hymenoptera", "--choose", "l1_over=neck"], "choose one of all, head."),
        (["replay", "hymenoptera", "--seeds", "0"], "--seeds: 0 is not possible"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    home_folder: Path, words: list[str], told: str, capsys: pytest.CaptureFixture
):
    said = typed(capsys, *words)
    assert (said.code, said.out) == (2, "") and told in said.err and len(said.err.splitlines()) == 1


@pytest.mark.faults
@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "card: '{' is not possible; it must be JSON"),
        ("[]", "card: [] is not possible; it is a JSON object"),
        (card({"kind": "figure", "member": "good", "value": 80, "n": 400}), "claims[0].value: 80 is not possible"),
        (card(recipe={"dataset": "nowhere"}), "at THAW_DATA/nowhere"),
    ],
)
def test_a_card_with_an_error_gets_a_sentence_that_names_the_field(
    bench: Any, tmp_path: Path, document: Any, told: str, capsys: pytest.CaptureFixture
):
    said = typed(capsys, "replay", "--card", written(tmp_path, document))
    assert (said.code, said.out) == (2, "") and told in said.err and len(said.err.splitlines()) == 1
