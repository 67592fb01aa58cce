"""The folder that is taken away: whole or not at all, never over what somebody has, and as good as the run itself."""

import io
import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import MissingExtra, RecordError
from core.export.bundle import drafted
from core.home import Home
from core.service import Workbench
from tests.export.taken_away import Taken, taken_away
from tests.typed import tree_of


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    folder = tmp_path_factory.mktemp("once")
    return taken_away(folder / "home", folder / "taken", epochs=1)


def test_the_three_lines_of_the_card_load_it_and_say_what_the_run_says(taken: Taken, tmp_path: Path):
    (code,) = re.findall(r"```python\n(.*?)```", taken.text("README.md"), re.DOTALL)
    names: dict = {}
    exec(code.replace("FOLDER", str(taken.folder), 1), names)
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 17, 3), dtype=np.uint8))
    picture.save(tmp_path / "drawn.png")
    said = names["model"](names["transform"](picture)[None]).softmax(1)[0].detach()
    labels = json.loads(taken.text("labels.json"))
    bench = Workbench(Home(Path(taken.run["best"]).parents[2]))
    expected = bench.predict(taken.run["run"], [str(tmp_path / "drawn.png")], "cpu")["predictions"][0]
    bench.close()
    for top in expected["top"]:
        assert float(said[labels.index(top["label"])]) == pytest.approx(top["probability"], abs=1e-4)


def test_preprocessing_is_told_step_by_step(taken: Taken):
    told = json.loads(taken.text("preprocessing.json"))
    assert [each["step"] for each in told["steps"]][:3] == ["decode", "resize", "centre crop"]
    assert (told["size"], told["fit"]) == ([24, 24], "squash")


def test_nothing_pickled_is_taken_away(taken: Taken):
    endings = {file.suffix for file in taken.folder.rglob("*") if file.is_file()}
    assert endings == {".json", ".safetensors", ".md", ".py", ".ipynb", ".png"}


def test_a_folder_that_holds_something_is_left_alone_without_force(tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    before = tree_of(tmp_path)
    with pytest.raises(RecordError, match="not empty.*--force"), drafted(tmp_path / "full"):
        raise AssertionError("it must not get here")
    assert tree_of(tmp_path) == before
    with drafted(tmp_path / "full", force=True) as draft:
        (draft / "new.txt").write_text("new")
    assert tree_of(tmp_path) == {"full": None, "full/new.txt": b"new"}


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with drafted(tmp_path / "empty") as draft:
        (draft / "new.txt").write_text("new")
    assert tree_of(tmp_path) == {"empty": None, "empty/new.txt": b"new"}


@pytest.mark.parametrize("force", [True, False])
def test_what_goes_wrong_leaves_everything_as_it_was(tmp_path: Path, force: bool):
    place = tmp_path / "place"
    if force:
        place.mkdir()
        (place / "old.txt").write_text("old")
    before = tree_of(tmp_path)
    with pytest.raises(ZeroDivisionError), drafted(place, force) as draft:
        (draft / "half.txt").write_text("half")
        _ = 1 / 0
    assert tree_of(tmp_path) == before


def test_a_folder_that_holds_the_person_or_their_runs_is_never_replaced(
    taken: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    home = Path(taken.run["best"]).parents[2]
    bench = Workbench(Home(home))
    for place in (".", "..", str(Path.home()), str(home), "/"):
        with pytest.raises(RecordError, match="holds more than an export"):
            bench.export(taken.run["run"], place, force=True)
    bench.close()
    assert tree_of(tmp_path) == {"here": None}


def test_a_file_in_its_place_is_refused_even_with_force(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RecordError, match="is a file"), drafted(tmp_path / "file", force=True):
        pass
    with pytest.raises(RecordError, match="can't be written"), drafted(tmp_path / "file" / "below"):
        pass
    assert tree_of(tmp_path) == {"file": b"mine"}


def test_without_the_extra_one_sentence_says_what_to_install(
    taken: Taken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    bench = Workbench(Home(Path(taken.run["best"]).parents[2]))
    with pytest.raises(MissingExtra, match=r'pip install -e "\.\[onnx\]"'):
        bench.export(taken.run["run"], str(tmp_path / "new"), onnx=True)
    bench.close()
    assert not (tmp_path / "new").exists()


def test_the_archive_holds_the_same_files_in_one_folder(taken: Taken):
    bench = Workbench(Home(Path(taken.run["best"]).parents[2]))
    made = bench.bundle(taken.run["run"])
    bench.close()
    archive = zipfile.ZipFile(io.BytesIO(made["zip"]))
    expected = {f"{taken.run['run']}/{name}" for name, held in tree_of(taken.folder).items() if held is not None}
    assert set(archive.namelist()) == expected
    assert archive.read(f"{taken.run['run']}/model.safetensors") == (taken.folder / "model.safetensors").read_bytes()


def test_a_server_without_torch_has_the_archive_made_elsewhere(taken: Taken):
    bench = Workbench(Home(Path(taken.run["best"]).parents[2]), apart=True)
    made = bench.bundle(taken.run["run"])
    bench.close()
    assert zipfile.ZipFile(io.BytesIO(made["zip"])).testzip() is None


def test_another_learner_is_taken_away_without_a_script(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken", {"onnx": True}, learner="rbf_svm")
    assert ["svm needs Thaw" in note for note in taken.told["notes"]] == [True]
    assert "train.py" not in taken.told["files"] and "by the learner rbf_svm" in taken.text("README.md")
    assert taken.told["onnx"]["agree_where_clear"] == taken.told["onnx"]["clear"]
    assert "import timm" not in taken.text("README.md")


def test_a_dataset_that_has_changed_gets_no_script_but_a_sentence(
    home_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pictures = tmp_path / "data" / "mine"
    monkeypatch.setenv("THAW_DATA", str(pictures.parent))
    for label, level in (("dark", 20), ("light", 220)):
        (pictures / label).mkdir(parents=True)
        for number in range(8):
            Image.new("RGB", (9, 9), (level, level, number)).save(pictures / label / f"{number}.png")
    taken = taken_away(home_folder, tmp_path / "first", dataset="mine", epochs=1)
    assert taken.told["notes"] == []
    Image.new("RGB", (9, 9), (20, 20, 200)).save(pictures / "dark" / "new.png")
    bench = Workbench(Home(home_folder))
    told = bench.export(taken.run["run"], str(tmp_path / "second"))
    bench.close()
    assert ["have changed since" in note for note in told["notes"]] == [True]
    assert "train.py" not in told["files"] and "model.safetensors" in told["files"]
    assert "have changed since" in (tmp_path / "second" / "README.md").read_text(encoding="utf-8")
