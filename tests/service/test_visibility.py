"""Two people in one room: what is one's own is to the other as if it were not there, through every single action."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.errors import ExplorerError, NotFound, RecordError
from core.home import Home
from core.recipe import Recipe
from core.runs.store import RunRow
from core.service import Workbench

ACTIONS = {
    name: action
    for name, action in inspect.getmembers(Workbench, inspect.isfunction)
    if not name.startswith("_") and name not in ("close", "ask", "seen_by", "soon")
}
GIVEN: Mapping[str, Any] = {
    "name": "another",
    "note": "seen",
    "pictures": [("a.png", b"")],
    "picture": ("a.png", b""),
    "split": "val",
    "index": 0,
    "number": 0,
    "epoch": 0,
    "priority": 1,
    "files": [],
    "file": "nowhere/sheet.png",
    "to": "/dev/null/nowhere",
    "word": "nothing",
}
"""What actions want besides; whoever adds one with a new word adds it here."""
OF_RUNS = ("run", "runs", "a")
MAKES_DATASETS = ("import_dataset", "begin_import", "collect", "import_collected")
"""A name that is taken is taken, whoever has it."""


def needed(action: Callable[..., Any]) -> list[str]:
    parameters = [*inspect.signature(action).parameters.values()][1:]
    return [each.name for each in parameters if each.default is each.empty and each.kind is not each.VAR_KEYWORD]


ABOUT_RUNS = [name for name, action in ACTIONS.items() if set(needed(action)) & set(OF_RUNS)]
ABOUT_DATASETS = [
    name
    for name, action in ACTIONS.items()
    if name not in MAKES_DATASETS
    and action.__qualname__.split(".")[0] in ("DataActions", "ImportActions", "SharingActions")
    and "name" in needed(action)
    and name != "introduce"
]
ASKING_NOTHING = [name for name, action in ACTIONS.items() if not needed(action) and name != "wake"]


def on_run(bench: Workbench, name: str, run: str) -> Any:
    words = {"run": run, "a": run, "b": run, "runs": [run, run]}
    return getattr(bench, name)(**{each: {**GIVEN, **words}[each] for each in needed(ACTIONS[name])})


@pytest.fixture
def whole(home_folder: Path) -> Iterator[Workbench]:
    bench = Workbench(Home(home_folder))
    yield bench
    bench.close()


@pytest.fixture
def ada(whole: Workbench) -> Workbench:
    return whole.seen_by("ada")


@pytest.fixture
def ben(whole: Workbench) -> Workbench:
    return whole.seen_by("ben")


@pytest.fixture
def run(whole: Workbench) -> str:
    """Ada's, waiting for its turn."""
    return whole.record.create(Recipe(), owner="ada", name="private matter", engine="local")


@pytest.fixture
def secret(ada: Workbench, tmp_path: Path) -> str:
    """Ada's dataset."""
    for label in ("ant", "bee"):
        (tmp_path / "pictures" / label).mkdir(parents=True)
        for number in range(12):
            colour = (number * 20, 90, 200 if label == "bee" else 10)
            Image.new("RGB", (40, 40), colour).save(tmp_path / "pictures" / label / f"{number}.png")
    return ada.import_dataset(str(tmp_path / "pictures"), "secret")["name"]


def test_the_actions_that_are_tried_here_are_those_there_are():
    assert {"show", "events", "predict", "compare", "stop", "delete", "share"} <= set(ABOUT_RUNS)
    assert {"audit", "thumbnails", "delete_dataset", "share_dataset"} <= set(ABOUT_DATASETS)
    assert {"runs", "sweeps", "queue", "engine_status", "datasets", "doctor"} <= set(ASKING_NOTHING)


@pytest.mark.parametrize("name", ABOUT_RUNS)
@pytest.mark.faults
def test_anothers_run_is_not_found_by(name: str, ben: Workbench, run: str):
    with pytest.raises(NotFound, match="was not found"):
        on_run(ben, name, run)


@pytest.mark.parametrize("name", ABOUT_RUNS)
def test_a_shared_run_is_as_it_was_after_somebody_else_tried(name: str, whole: Workbench, ben: Workbench, run: str):
    whole.share(run)
    before = as_it_is(whole, run)
    with suppress(ExplorerError):
        on_run(ben, name, run)
    assert as_it_is(whole, run) == before


def test_a_shared_run_is_seen_and_its_owner_alone_changes_it(ada: Workbench, ben: Workbench, run: str):
    ada.share(run)
    assert [each["run"] for each in ben.runs()] == [run] == [each["run"] for each in ada.runs()]
    with pytest.raises(RecordError, match="another person's; only they can change it"):
        ben.stop(run)
    ada.share(run, False)
    assert ben.runs() == []
    assert ada.rename(run, "mine")["name"] == "mine"


@pytest.mark.parametrize("name", ASKING_NOTHING)
def test_nothing_of_anothers_is_told_by(name: str, whole: Workbench, ben: Workbench, run: str, secret: str):
    told = json.dumps(getattr(ben, name)(), default=str)
    assert run not in told and "private matter" not in told and secret not in told


@pytest.mark.parametrize("name", ABOUT_DATASETS)
def test_anothers_dataset_is_like_one_that_was_never_there_to(name: str, ben: Workbench, secret: str):
    assert outcome(ben, name, secret) == outcome(ben, name, "nowhere")


def test_a_shared_dataset_is_used_by_all_and_removed_by_its_owner_alone(ada: Workbench, ben: Workbench, secret: str):
    recipe = Recipe(dataset=secret)
    with pytest.raises(ExplorerError, match="no dataset called"):
        ben.check(recipe)
    ada.share_dataset(secret)
    assert ben.check(recipe) == recipe
    assert len(ben.thumbnails(secret)["pictures"]) == 9
    with pytest.raises(ExplorerError, match="somebody else"):
        ben.delete_dataset(secret)
    ada.share_dataset(secret, False)
    with pytest.raises(ExplorerError, match="no dataset called"):
        ben.check(recipe)


def test_what_somebody_begins_is_theirs_whatever_they_say(whole: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_ENGINE", "immediate")
    made = whole.seen_by("ben").submit_sweep(Recipe(epochs=1, lr=0.1), grid=["examples_per_class=2"], owner="ada")
    assert {row.owner for row in whole.record.page()} == {"ben"}
    assert whole.seen_by("ada").sweeps() == []
    with pytest.raises(NotFound):
        whole.seen_by("ada").sweep(made["sweep"])


def test_a_sweep_is_seen_as_far_as_its_runs_are_shared(whole: Workbench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_ENGINE", "immediate")
    recipe = Recipe(epochs=1, examples_per_class=2)
    made = whole.seen_by("ada").submit_sweep(recipe, grid=["lr=0.1,0.2"])
    ben = whole.seen_by("ben")
    whole.share(made["runs"][0])
    assert [each["run"] for each in ben.sweep(made["sweep"])["runs"]] == made["runs"][:1]
    with pytest.raises(RecordError, match="another person's"):
        ben.stop_sweep(made["sweep"])


def test_nobody_begins_with_the_weights_of_anothers_run(ben: Workbench, run: str):
    with pytest.raises(NotFound, match="was not found"):
        ben.check(Recipe(backbone=f"run:{run}"))


def as_it_is(bench: Workbench, run: str) -> tuple[RunRow, list[str]]:
    row = bench.record.store.row(run)
    assert row is not None
    return row, sorted(str(file) for file in bench.record.folder(run).rglob("*"))


def outcome(bench: Workbench, action: str, dataset: str) -> str:
    """What an action says of a dataset, without its name."""
    try:
        said = getattr(bench, action)(**{**{each: GIVEN[each] for each in needed(ACTIONS[action])}, "name": dataset})
    except ExplorerError as error:
        said = f"{type(error).__name__}: {error}"
    return json.dumps(said, default=str).replace(dataset, "it")
