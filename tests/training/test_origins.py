"""Which files a network begins from: found and hashed without torch, and the same that training uses."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import NotFound
from core.home import SHIPPED, Home, hub_cache
from core.recipe import Recipe
from core.training.model import build
from core.training.origins import origin_of
from tests.typed import PROJECT

PUBLISHED = "timm/resnet18.a1_in1k"


@pytest.fixture
def home(home_folder: Path) -> Home:
    return Home(home_folder)


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def in_hub_cache(content: bytes, commit: str = "abc", published: str = PUBLISHED) -> Path:
    """Weights as the hub's client keeps them."""
    model = hub_cache() / f"models--{published.replace('/', '--')}"
    file = model / "snapshots" / commit / "model.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    (model / "refs").mkdir(exist_ok=True)
    (model / "refs" / "main").write_text(commit)
    return file


def test_a_folder_of_weights_is_named_by_its_two_files(home: Home):
    folder = SHIPPED / "thaw_small"
    expected = {name: sha256(folder / name) for name in ("config.json", "model.safetensors")}
    assert origin_of(Recipe(), home) == origin_of(Recipe(), home) == expected


def test_from_scratch_a_folder_only_says_how_the_network_is_built(home: Home):
    assert origin_of(Recipe(pretrained=False), home) == {"config.json": sha256(SHIPPED / "thaw_small" / "config.json")}
    assert origin_of(Recipe(backbone="thaw_plain", pretrained=False), home) == {}


def test_the_best_weights_of_a_run_are_a_folder_like_any_other(home: Home):
    shutil.copytree(SHIPPED / "thaw_small", home.runs / "abc234" / "best")
    assert origin_of(Recipe(backbone="run:abc234"), home) == origin_of(Recipe(), home)
    with pytest.raises(NotFound):
        origin_of(Recipe(backbone="run:bcd234"), home)


def test_what_would_have_to_be_fetched_is_unknown(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_WEIGHTS", "")
    monkeypatch.setenv("HF_HUB_CACHE", str(home.folder / "hub"))
    assert origin_of(Recipe(backbone="resnet18"), home) is None
    assert origin_of(Recipe(backbone="resnet18"), home, PUBLISHED) is None


def test_weights_of_the_hub_are_those_that_it_last_called_main(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_WEIGHTS", "")
    monkeypatch.setenv("HF_HUB_CACHE", str(home.folder / "hub"))
    first = in_hub_cache(b"first")
    in_hub_cache(b"other", published="timm/resnet18.a3_in1k")
    recipe = Recipe(backbone="resnet18")
    assert origin_of(recipe, home, PUBLISHED) == {"hub": PUBLISHED, "model.safetensors": sha256(first)}
    second = in_hub_cache(b"second", "def")
    assert origin_of(recipe, home, PUBLISHED) == {"hub": PUBLISHED, "model.safetensors": sha256(second)}
    assert origin_of(recipe, home) is None  # a name alone does not say which of the hub's weights timm means


def test_timm_says_under_which_name_the_hub_knows_its_weights(home: Home, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("THAW_WEIGHTS", "")
    net = build(Recipe(backbone="resnet18", pretrained=False), ("a", "b"), home)
    assert net.blueprint.about["hf_hub_id"] == PUBLISHED


def test_torch_is_not_loaded_for_it():
    code = (
        "import sys; from core.home import Home; from core.recipe import Recipe\n"
        "from core.training.origins import origin_of\n"
        "assert origin_of(Recipe(), Home.from_environment()), 'nothing was found'\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
