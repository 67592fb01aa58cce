"""Replays: the cards, a card's claims, running it, its growing table, and a card of one's own."""

import json
import re
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.catalog.replays import REPLAYS
from core.home import Home
from core.service import Workbench
from tests.conftest import HOSTILE_NAME
from tests.pages.reading import as_read, everything_said
from tests.service.replaying.conftest import bench
from tests.service.replaying.test_replays import card, figure

__all__ = ["bench"]


def opened(app: AppTest, replay: str = "") -> AppTest:
    if replay:
        app.query_params["replays_card"] = replay
    return app.run().switch_page("pages/replays.py").run()


def said(app: AppTest) -> str:
    return as_read(everything_said(app))


def test_every_experiment_is_a_card_that_opens(app: AppTest):
    opened(app)
    assert not app.exception
    for name, document in REPLAYS.items():
        assert document["title"] in said(app)
        assert app.button(key=f"replays_open_{name}")
    app.button(key="replays_open_hymenoptera").click().run()
    assert not app.exception and app.subheader[0].value == as_said(
        "Ants and bees: ResNet-18 under no penalty, L1, L2 and both"
    )


def claims_of(name: str) -> list[dict[str, Any]]:
    return Workbench(Home.from_environment()).replay_card(name)["claims"]


def table_of(app: AppTest) -> list[dict[str, str]]:
    """The first table of words on the page: each row by the names of its columns."""
    drawn = next(each.proto.body for each in app.get("html") if "<table" in each.proto.body)
    cells = [unescape(text) for text in re.findall(r"<t[hd] [^>]*>(.*?)</t[hd]>", drawn)]
    names, width = cells[: drawn.count('scope="col"')], drawn.count('scope="col"')
    return [dict(zip(names, cells[at : at + width], strict=True)) for at in range(width, len(cells), width)]


def as_said(words: str) -> str:
    from pages.shared.words import plain

    return plain(words)


def test_the_rules_of_judging_stand_below_the_cards(app: AppTest):
    app.session_state["replays_rules_open"] = True
    opened(app)
    for verdict in ("better or worse", "reproduced", "cannot be told apart", "not judged"):
        assert f"**{verdict}**" in said(app)


@pytest.mark.parametrize("name", list(REPLAYS))
def test_a_card_tells_its_claims_and_what_was_left_open_before_anything_is_run(app: AppTest, name: str):
    app.session_state["replays_open_open"] = True
    opened(app, name)
    assert not app.exception and app.button(key="replays_run_quick").label == "Run the quick form"
    assert [row["claim"] for row in table_of(app)] == [each["text"] for each in claims_of(name)]
    shown = said(app) + "".join(box.label for box in app.selectbox)
    for each in REPLAYS[name]["left_open"]:
        assert each["question"] in as_read(shown)


def own(app: AppTest, *claims: dict[str, Any], **more: Any) -> AppTest:
    """The page at a card of one's own, as after its upload."""
    document = json.loads(json.dumps(card(*claims, **more)))
    app.session_state["replays_own"] = {"own": document}
    app.session_state["replays_card"] = "own: own"
    return opened(app)


def test_a_press_runs_the_quick_form_and_its_table_stands_there(bench: Any, app: AppTest):
    own(app, figure(0.8), {"kind": "order", "winner": "good", "loser": "bad"})
    assert not app.exception
    app.button(key="replays_run_quick").click().run()
    assert not app.exception
    table = table_of(app)
    assert [row["verdict"] for row in table] == ["not judged"] * 2 and "quick form" in table[0]["why"]
    assert "smaller on purpose" in app.info[0].value and "No claim was judged" in said(app)
    assert len(bench.replays_begun()) == 1
    app.button(key="replays_run_quick").click().run()
    assert len(bench.replays_begun()) == 1


def test_an_hour_is_offered_where_a_card_has_one(bench: Any, app: AppTest):
    app.session_state["replays_hour_open"] = True
    own(app, figure(0.8))
    assert not app.exception and "replays_run_hour" not in [each.key for each in app.button]
    own(app, figure(0.8), hour={"left_out": "Nearly nothing.", "minutes": 40})
    assert "About 40 minutes on two cores" in said(app) and "Nearly nothing." in said(app)
    app.button(key="replays_run_hour").click().run()
    assert not app.exception and [each["form"] for each in bench.replays_begun()] == ["hour"]
    assert app.info[0].value.startswith("The hour form is smaller on purpose")
    assert "Nearly nothing." in as_read(app.info[0].value)


def test_names_that_somebody_typed_stay_text(bench: Any, app: AppTest):
    members = [{"name": HOSTILE_NAME, "recipe": {"lr": 0.8}}]
    own(app, figure(0.8, HOSTILE_NAME), members=members, title=HOSTILE_NAME, question=HOSTILE_NAME)
    app.button(key="replays_run_quick").click().run()
    assert not app.exception
    for element in [*app.markdown, *app.caption, *app.subheader, *app.info]:
        assert "![](http://127" not in str(element.value) and "<script>" not in str(element.value)
    assert HOSTILE_NAME in table_of(app)[0]["claim"]
    assert not any("<script>" in each.proto.body for each in app.get("html"))


def test_data_that_are_not_here_are_a_sentence(bench: Any, app: AppTest):
    own(app, figure(0.8), recipe={"dataset": "nowhere"})
    app.button(key="replays_run_quick").click().run()
    assert not app.exception and "THAW_DATA/nowhere" in as_read(app.error[0].value)
    assert bench.replays_begun() == []
