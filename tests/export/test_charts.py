"""The charts of a report: whole XML, everything within the paper, ice where a stage was frozen."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.charts import ticks
from core.export.charts_lines import Curve, Mark, curves
from core.export.charts_matrix import difference, matrix
from core.export.charts_scores import Scored, intervals
from core.export.charts_stages import heat_map, warmth

SVG = "{http://www.w3.org/2000/svg}"
figures = st.floats(-1e6, 1e6, allow_nan=False)


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def of_kind(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def places(root: ElementTree.Element) -> list[tuple[float, float]]:
    lines = [each.get("points", "") for each in root.iter(f"{SVG}polyline")]
    return [tuple(map(float, point.split(","))) for line in lines for point in line.split()]  # type: ignore[misc]


@given(st.lists(st.tuples(st.integers(1, 5000), figures), min_size=1, max_size=50))
def test_lines_stay_on_the_paper_whatever_their_figures(points: list[tuple[int, float]]):
    root = read(curves("a", [Curve(sorted(points), 0)], [Mark(*points[0], 0, "best")], {}, str, "told"))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    assert all(-0.1 <= x <= width + 0.1 and -0.1 <= y <= height + 0.1 for x, y in places(root))
    assert len(places(root)) == len(points)


def test_a_line_of_one_epoch_is_a_dot():
    root = read(curves("a", [Curve([(1, 0.5)], 2)], [], {}, str, "told"))
    assert len(of_kind(root, "dot")) == 1


def test_training_is_dashed_and_series_are_named_where_there_are_several():
    lines = [Curve([(1, 0), (2, 1)], 5), Curve([(1, 1), (2, 0)], 5, dashed=True)]
    assert len(of_kind(read(curves("a", lines, [], {4: "one", 5: "two"}, str, "told")), "dashed")) == 1
    text = curves("a", lines, [], {4: "one", 5: "two"}, str, "told")
    assert ">one<" in text and ">two<" in text
    assert ">one<" not in curves("a", lines, [], {4: "one"}, str, "told")


@given(st.floats(-1e3, 1e3), st.floats(1e-6, 1e9))
def test_ticks_are_few_and_inside(low: float, span: float):
    found = ticks(low, low + span)
    assert 0 < len(found) <= 12
    assert all(low - 1e-6 * span <= each <= low + span * (1 + 1e-6) for each in found)


def test_frozen_epochs_are_ice_and_learning_ones_are_warm():
    stages = [{"name": "stem", "scales": [0, 0, 0, 0.1]}, {"name": "head", "scales": [1, 1, 1, 1]}]
    root = read(heat_map(stages, best=3, name="a", told="told"))
    (ice,) = [each for each in of_kind(root, "ice") if float(each.get("width", 0)) > 20]
    warm = [each for each in of_kind(root, "cell") if each.get("fill")]
    assert [each.get("fill") for each in warm] == [warmth(1), warmth(0.1)]
    assert float(ice.get("width", 0)) == pytest.approx(3 * float(warm[1].get("width", 0)), abs=0.2)
    assert of_kind(root, "flake") and len(of_kind(root, "best")) == 1


def test_the_head_is_on_top_as_everywhere():
    text = heat_map([{"name": "stem", "scales": [0]}, {"name": "head", "scales": [1]}], None, "a", "told")
    assert text.index(">head<") < text.index(">stem<")


@given(st.floats(0, 1), st.floats(0, 1))
def test_higher_rates_are_never_paler(one: float, other: float):
    low, high = sorted((one, other))
    green = [int(warmth(each)[3:5], 16) for each in (low, high)]
    assert green[0] >= green[1]


def test_a_cell_is_shaded_by_its_share_of_the_true_class():
    root = read(matrix(["ant", "bee"], [[3, 1], [0, 8]], "a", "told"))
    shades = [float(each.get("fill-opacity", 0)) for each in of_kind(root, "cell-of-matrix")]
    assert shades == [0.75, 0.25, 0, 1]
    assert re.findall(r">(\d+)</text>", matrix(["ant", "bee"], [[3, 1], [0, 8]], "a", "told")) == ["3", "1", "8"]


def test_a_difference_has_two_colours_and_signs():
    root = read(difference(["ant", "bee"], [[3, -3], [0, 1]], "a", "told"))
    kinds = [each.get("class", "").split()[-1] for each in of_kind(root, "cell-of-matrix")]
    assert kinds[:2] == ["more", "less"]
    assert [each.text for each in root.iter(f"{SVG}text") if each.text and each.text[0] in "+-"] == ["+3", "-3", "+1"]


def test_a_matrix_of_many_classes_grows_instead_of_its_cells_shrinking():
    labels = [f"class {number}" for number in range(40)]
    root = read(matrix(labels, [[1] * 40] * 40, "a", "told"))
    assert float(root.get("width", 0)) > 800


def test_an_interval_of_certainty_stays_on_the_axis():
    root = read(intervals([Scored("all", 0, 1.0, (0.9, 1.0)), Scored("none", 1, 0.0, (0.0, 0.1))], "a", "b", "told"))
    width = float(root.get("width", 0))
    assert all(0 <= float(each.get("cx", -1)) <= width for each in of_kind(root, "dot"))
