"""What there is to choose, told from the registries themselves."""

from pathlib import Path

import pytest

from core.catalog.strategies import STRATEGIES
from core.errors import RecipeError
from core.service.listing import KINDS, backbones, choices, hub_cache, recipe_fields


def test_every_registered_name_is_told_with_its_help_and_the_limits_of_its_knobs():
    told = choices()
    assert {kind: [each["name"] for each in told[kind]] for kind in told} == {
        kind: registry.names() for kind, registry in KINDS.items()
    }
    assert all(each["help"].endswith(".") for entries in told.values() for each in entries)
    (gradual,) = [each for each in told["strategy"] if each["name"] == "gradual"]
    assert gradual["help"] == STRATEGIES.help("gradual")
    assert {key: gradual["knobs"][0][key] for key in ("name", "default", "low")} == {
        "name": "epochs_per_stage",
        "default": 1,
        "low": 1,
    }


def test_one_kind_is_told_alone_and_an_unknown_one_gets_the_names():
    assert list(choices("schedule")) == ["schedule"]
    with pytest.raises(RecipeError, match="strategy, regularizer, optimizer"):
        choices("flavour")


def test_every_field_of_a_recipe_has_a_sentence():
    assert all(each["help"].endswith(".") for each in recipe_fields())


def test_backbones_are_found_by_a_word_and_say_where_their_weights_would_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("THAW_WEIGHTS", raising=False)

    def weights() -> dict[str, str]:
        return {each["name"]: each["weights"] for each in backbones("resnet")}

    assert weights()["resnet18"] == "hub"
    cached = hub_cache() / "models--timm--resnet18.a1_in1k" / "snapshots" / "abc"
    cached.mkdir(parents=True)
    (cached / "model.safetensors").touch()
    assert (weights()["resnet18"], weights()["resnet34"]) == ("hub cache", "hub")
    (tmp_path / "weights" / "resnet18").mkdir(parents=True)
    (tmp_path / "weights" / "resnet18" / "model.safetensors").touch()
    monkeypatch.setenv("THAW_WEIGHTS", str(tmp_path / "weights"))
    assert weights()["resnet18"] == "THAW_WEIGHTS"
    assert all("resnet" in f"{each['name']} {each['title']} {each['family']}".lower() for each in backbones("ResNet"))
