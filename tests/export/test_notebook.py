"""The exported notebook is one that Jupyter runs, and comes to the same losses as Thaw."""

from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.export.taken_away import ALIKE, taken_away, told_losses


def test_the_notebook_runs_and_comes_to_the_same_losses(home_folder: Path, tmp_path: Path):
    recipe = {"strategy": "gradual", "regularizers": ["l1", "label_smoothing"], "optimizer": "sgd"}
    taken = taken_away(home_folder, tmp_path / "taken", **recipe)
    notebook = nbformat.read(taken.folder / "train.ipynb", as_version=4)
    nbformat.validate(notebook)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(taken.folder)}}).execute()
    assert told_losses(taken) == [pytest.approx(each, abs=ALIKE) for each in taken.losses]
    printed = "".join(output["text"] for cell in notebook.cells for output in cell.get("outputs", ()))
    assert "epoch 2: loss" in printed


def test_the_notebook_says_what_the_script_says(home_folder: Path, tmp_path: Path):
    taken = taken_away(home_folder, tmp_path / "taken", epochs=1)
    notebook, script = nbformat.read(taken.folder / "train.ipynb", as_version=4), taken.text("train.py")
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    for piece in code:
        assert piece.replace("Path.cwd()", "Path(__file__).resolve().parent") in script
