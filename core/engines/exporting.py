"""A run made ready to be taken away: its weights, a card, ONNX, and a script and a notebook that train it again."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import DataError, ExplorerError
from core.export.bundle import copy_weights, drafted, write_labels, write_preprocessing, zipped
from core.export.card import card
from core.export.onnx_network import insist_on_onnx
from core.export.script_study import Study, differences, prefixes, refused
from core.home import Home
from core.recipe import Recipe

if TYPE_CHECKING:
    from core.data.source import Source
    from core.export.onnx_parity import Parity

COMPARED = 200
"""Pictures that an ONNX file is compared on."""

Answer = dict[str, Any]


def export(
    home: Home,
    run: Mapping[str, Any],
    to: Path,
    *,
    onnx: bool = False,
    preprocessing: bool = False,
    pictures: bool = False,
    force: bool = False,
) -> Answer:
    """`run` is everything that is known of it; answers the files, what is worth knowing, and the ONNX file's parity."""
    if onnx:
        insist_on_onnx()
    notes: list[str] = []
    with drafted(to, force, kept=(home.folder,)) as draft:
        copy_weights(Path(run["best"]), draft)
        write_labels(draft, run["classes"])
        write_preprocessing(draft, _opened(run).preparation)
        parity = _write_onnx(home, run, draft, preprocessing) if onnx else None
        try:
            notes += _write_script(home, run, draft, pictures)
        except ExplorerError as error:
            notes.append(f"train.py and train.ipynb are not here: {error}")
        files = sorted([*(each.name for each in draft.iterdir()), "README.md"])
        (draft / "README.md").write_text(card(run, notes, parity, files), encoding="utf-8")
    return {"folder": str(to), "files": files, "notes": notes, "onnx": parity and parity.to_json()}


def bundled(home: Home, run: Mapping[str, Any], **how: Any) -> Answer:
    """The same as one ZIP archive, for whoever has no folder here."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / run["run"]
        told = export(home, run, place, **how)
        return {**told, "folder": None, "zip": zipped(place)}


def _opened(run: Mapping[str, Any]) -> Any:
    from core.engines.predictor import opened

    return opened(Path(run["best"]), "cpu")


def _write_onnx(home: Home, run: Mapping[str, Any], draft: Path, preprocessing: bool) -> "Parity":
    from core.export.onnx_network import describe, network_graph
    from core.export.onnx_parity import insist_on_likeness, measure
    from core.export.onnx_preprocessing import preparing_graph, with_preparing

    predictor = _opened(run)
    if predictor.model is None:
        raise DataError("What this run has learned is no network, so it cannot be written as ONNX; leave --onnx away.")
    source = _source_of(home, run)
    split, numbers = _held_out(source, run)
    network = network_graph(predictor)
    preparing = preparing_graph(predictor.preparation, network) if preprocessing else None
    graph = with_preparing(network, preparing) if preparing else network
    parity = measure(predictor, graph, [source.read(number) for number in numbers], split, preparing)
    insist_on_likeness(parity)
    describe(graph, predictor)
    (draft / "model.onnx").write_bytes(graph.SerializeToString())
    return parity


def _source_of(home: Home, run: Mapping[str, Any]) -> "Source":
    """The pictures of the run, if they are still those that it learned from."""
    from core.data.fingerprints import open_remembered

    source = open_remembered(run["recipe"]["dataset"], home)
    if source.fingerprint != (run["environment"] or {}).get("data"):
        raise DataError(f"The pictures of {source.name} have changed since the run; train it again to export it whole.")
    return source


def _held_out(source: "Source", run: Mapping[str, Any]) -> tuple[str, list[int]]:
    """The test split's name and some of its pictures, evenly spread; validation's where there is no test split."""
    import numpy as np

    from core.data.splits import split

    splits = split(source, run["recipe"]["split_seed"])
    name = "test" if "test" in splits else "val"
    places = np.linspace(0, len(splits[name]) - 1, min(COMPARED, len(splits[name]))).round().astype(int)
    return name, splits[name][places].tolist()


def _write_script(home: Home, run: Mapping[str, Any], draft: Path, pictures: bool) -> list[str]:
    """The script, the notebook and all that they need; answers what they do otherwise than the run did."""
    from core.data.finding import located
    from core.export.notebook import notebook
    from core.export.script import script
    from core.export.script_lesson import without_pictures, write_lesson
    from core.training.lesson import Lesson

    recipe = Recipe.parse(run["recipe"])
    if why := refused(recipe):
        return [why]
    source, place = _source_of(home, run), located(recipe.dataset, home).place
    lesson = Lesson.load(recipe, home)
    beside = write_lesson(draft, source, lesson.splits, place, pictures)
    study = _study(home, run, recipe, draft, "" if beside else without_pictures(source, lesson.splits, place))
    (draft / "train.py").write_text(script(study), encoding="utf-8")
    (draft / "train.ipynb").write_text(notebook(study), encoding="utf-8")
    return list(differences(study))


def _study(home: Home, run: Mapping[str, Any], recipe: Recipe, draft: Path, without: str) -> Study:
    """What the script has to know; the weights that training begins with are written where it finds them."""
    from core.catalog.regularizers import REGULARIZERS
    from core.catalog.strategies import STRATEGIES
    from core.training.model import build
    from core.training.sizing import PictureSizes
    from core.training.weights import write_tensors

    net = build(recipe, run["classes"], home)
    sizes = PictureSizes(STRATEGIES.build(recipe.strategy), net, recipe.epochs)
    start = {name: tensor.contiguous() for name, tensor in net.model.state_dict().items()}
    write_tensors(start, draft / "start.safetensors")
    options = {k: v for each in recipe.regularizers for k, v in REGULARIZERS.build(each).model_options().items()}
    return Study(
        run=run["run"],
        recipe=recipe,
        network=net.blueprint.architecture,
        model_args={**net.blueprint.model_args, **options},
        parts=prefixes([(part.name, part.parameters) for part in net.parts]),
        preparation=_opened(run).preparation,
        classes=run["classes"],
        sizes=[sizes.at(epoch) for epoch in range(recipe.epochs)],
        without_pictures=without,
        bf16=(run["plan"] or {}).get("precision") == "bf16",
        thaw=(run["environment"] or {}).get("thaw", ""),
    )
