"""The one drawing: each epoch of each stage is on it, no colour stands alone, and a sentence tells the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalog.strategies import STRATEGIES
from pages.shared.colours import WARMTH
from pages.shared.ice import MOST_CELLS, heat_map
from pages.shared.ice_layers import FLAKE
from pages.shared.ice_words import in_words, share

SCALES = st.sampled_from([0.0, 0.0, 1.0, 0.1, 1e-9])
GRIDS = st.tuples(st.integers(1, 30), st.integers(1, 60)).flatmap(
    lambda size: st.lists(st.lists(SCALES, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
)


def stages(grid: list[list[float]]) -> list[dict[str, Any]]:
    return [{"name": f"stage {place}", "parameters": 10, "scales": scales} for place, scales in enumerate(grid)]


def stages_of(name: str, parts: int, epochs: int, **knobs: Any) -> list[dict[str, Any]]:
    strategy = STRATEGIES.build(STRATEGIES.choose(name, **knobs))
    columns = [strategy.lr_scales(parts, epoch) for epoch in range(epochs)]
    return stages([[column[part] for column in columns] for part in range(parts)])


def bars(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for layer in layers(spec, "rect") for row in layer["data"]["values"]]


def layers(spec: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [layer for layer in spec["layer"] if layer["mark"]["type"] == kind]


def flakes(spec: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for layer in layers(spec, "point") for row in layer["data"]["values"]]


@given(GRIDS)
def test_each_epoch_of_each_stage_is_drawn_once_with_its_scale(grid: list[list[float]]):
    drawn = {
        (row["low"], epoch): row["scale"]
        for row in bars(heat_map(stages(grid)))
        for epoch in range(round(row["from"] + 0.5), round(row["to"] + 0.5))
    }
    assert drawn == {(s, e + 1): scale for s, scales in enumerate(grid) for e, scale in enumerate(scales)}


@given(GRIDS)
def test_every_frozen_stretch_bears_snow_and_no_warm_one_does(grid: list[list[float]]):
    seen = {(int(flake["y"]), round(flake["x"] + 0.01)) for flake in flakes(heat_map(stages(grid)))}
    for stage, scales in enumerate(grid):
        snowy = {epoch for place, epoch in seen if place == stage}
        frozen = {epoch for epoch, scale in enumerate(scales, 1) if not scale}
        begins = {epoch for epoch in frozen if epoch - 1 not in frozen}
        assert snowy <= frozen
        assert len(snowy) >= len(begins)


def test_the_thaw_line_sinks_with_a_gradual_strategy():
    spec = heat_map(stages_of("gradual", 4, 4))
    (line,) = layers(spec, "rule")
    level = [row for row in line["data"]["values"] if row["y"] == row["y2"]]
    assert [(row["x"], row["x2"], row["y"]) for row in level] == [(2.5, 3.5, 1), (1.5, 2.5, 2), (0.5, 1.5, 3)]


def test_where_everything_learns_there_is_neither_ice_nor_a_line():
    spec = heat_map(stages_of("full", 6, 5))
    assert flakes(spec) == [] and layers(spec, "rule") == []
    (warm,) = layers(spec, "rect")
    assert warm["encoding"]["fill"]["scale"]["range"] == list(WARMTH)


def test_a_long_run_of_a_deep_network_stays_light():
    spec = heat_map(stages_of("gradual", 30, 400, epochs_per_stage=10), upto=100)
    assert sum(len(layer["data"]["values"]) for layer in spec["layer"]) < 2 * MOST_CELLS


def test_what_is_still_to_come_is_paler_and_the_best_epoch_is_named():
    spec = heat_map(stages_of("gradual", 6, 10), upto=4, best=2)
    assert {row["opacity"] == 1 for row in bars(spec) if row["to"] < 5} == {True}
    assert {row["opacity"] < 1 for row in bars(spec) if row["from"] > 4} == {True}
    labels = [row for layer in layers(spec, "text") for row in layer["data"]["values"]]
    assert [(row["says"], row["x"]) for row in labels] == [("best", 3)]


@pytest.mark.parametrize(("best", "written_at"), [(None, 4.0), (3, 3.0), (2, 4.0)])
def test_a_rate_is_not_written_upon_the_line_of_the_best_epoch(best: int | None, written_at: float):
    spec = heat_map([{"name": "stem", "parameters": 1, "scales": [0.5] * 7}], best=best)
    labels = [row for layer in layers(spec, "text") for row in layer["data"]["values"]]
    assert [row["x"] for row in labels if row["says"] == "50%"] == [written_at]


def test_a_thumbnail_has_no_words():
    spec = heat_map(stages_of("gradual", 6, 10), best=2, bare=True, height=60)
    assert spec["height"] == 60
    assert "title" not in spec and layers(spec, "text") == []
    assert {
        axis for layer in spec["layer"] for axis in (layer["encoding"]["x"]["axis"], layer["encoding"]["y"]["axis"])
    } == {None}


def test_a_stage_of_any_name_stays_a_text():
    odd = '"] + alert(1) + ["<b>\\'
    spec = heat_map([{"name": odd, "parameters": 1, "scales": [1.0]}])
    axis = spec["layer"][0]["encoding"]["y"]["axis"]
    assert axis["labelExpr"] == '["\\"] + alert(1) + [\\"<b>\\\\"][floor(datum.value)]'


def test_snow_needs_no_font():
    (snow,) = layers(heat_map(stages_of("head", 3, 3)), "point")
    assert snow["mark"]["shape"] == FLAKE


@pytest.mark.parametrize(
    ("name", "epochs", "knobs", "words"),
    [
        ("head", 5, {}, "stage 3 learns from epoch 1; stage 0 to stage 2 stay frozen."),
        ("full", 5, {}, "stage 0 to stage 3 learn from epoch 1."),
        ("last_stages", 5, {"count": 2}, "stage 1 to stage 3 learn from epoch 1; stage 0 stays frozen."),
        ("discriminative", 5, {"factor": 10.0}, "stage 0 to stage 3 learn from epoch 1 at 0.1% to 100% of the rate."),
        (
            "gradual",
            3,
            {},
            "stage 3 learns from epoch 1; stage 2 learns from epoch 2; stage 1 learns from epoch 3;"
            " stage 0 stays frozen.",
        ),
    ],
)
def test_words_tell_what_the_drawing_shows(name: str, epochs: int, knobs: dict[str, Any], words: str):
    assert in_words(stages_of(name, 4, epochs, **knobs)) == words
    assert heat_map(stages_of(name, 4, epochs, **knobs))["description"] == words


def test_words_stay_few_for_a_deep_network():
    assert len(in_words(stages_of("gradual", 30, 40))) < 250
    assert in_words([]) == "There is nothing to learn."


def test_a_share_keeps_two_digits_that_count():
    assert [share(scale) for scale in (1.0, 0.38, 0.0218, 0.000031, 2.0)] == ["100%", "38%", "2.2%", "0.0031%", "200%"]
