"""Which nodes have room, thought through without a cluster."""

import pytest

from core.engines.cluster.rooms import Node, need_of, rooms_for, slots
from core.engines.settings import Settings
from core.errors import TrainingError

PLAIN = Settings()
TWO_CORES = [Node("a", "10.0.0.1", {"CPU": 2.0}), Node("b", "10.0.0.2", {"CPU": 2.0})]
WITH_A_GPU = [*TWO_CORES, Node("c", "10.0.0.3", {"CPU": 4.0, "GPU": 1.0})]


def test_the_emptiest_node_comes_first():
    assert rooms_for({"CPU": 1.0}, 1, TWO_CORES, [("a", {"CPU": 1.0})]) == ["b"]


def test_a_team_is_spread_and_waits_until_all_of_it_has_room():
    assert sorted(rooms_for({"CPU": 1.0}, 3, TWO_CORES, []) or []) in (["a", "a", "b"], ["a", "b", "b"])
    assert rooms_for({"CPU": 1.0}, 3, TWO_CORES, [("a", {"CPU": 2.0})]) is None


def test_what_stood_on_a_lost_node_takes_no_room():
    assert rooms_for({"CPU": 2.0}, 1, TWO_CORES[1:], [("a", {"CPU": 2.0})]) == ["b"]


def test_three_thirds_of_a_gpu_are_a_gpu():
    third = {"CPU": 1.0, "GPU": 1 / 3}
    assert rooms_for(third, 1, WITH_A_GPU, [("c", third)] * 2) == ["c"]
    assert rooms_for(third, 1, WITH_A_GPU, [("c", third)] * 3) is None


def test_auto_means_a_gpu_where_there_is_one():
    assert need_of("auto", PLAIN, TWO_CORES) == {"CPU": 1.0}
    assert need_of("auto", PLAIN, WITH_A_GPU) == {"CPU": 1.0, "GPU": 1.0}
    assert need_of("cpu", PLAIN, WITH_A_GPU) == {"CPU": 1.0}
    assert need_of("cuda", Settings(ray_gpus="0.25"), WITH_A_GPU) == {"CPU": 1.0, "GPU": 0.25}


def test_gpus_that_come_on_demand_can_be_waited_for_but_not_hoped_for():
    assert need_of("cuda", Settings(ray_gpus="1"), TWO_CORES) == {"CPU": 1.0, "GPU": 1.0}
    with pytest.raises(TrainingError, match="No node of the cluster has a GPU"):
        need_of("cuda", PLAIN, TWO_CORES)


@pytest.mark.parametrize("given", ["half", "1.5", "-1", "nan", "inf"])
def test_a_share_that_ray_could_not_hand_out_is_a_sentence(given: str):
    with pytest.raises(TrainingError, match="THAW_RAY_GPUS"):
        need_of("auto", Settings(ray_gpus=given), TWO_CORES)


def test_a_device_by_number_is_no_place_of_a_cluster():
    with pytest.raises(TrainingError, match="choose auto, cpu or cuda"):
        need_of("cuda:1", PLAIN, WITH_A_GPU)


def test_places_are_what_the_nodes_would_take_if_they_were_empty():
    assert slots({"CPU": 1.0}, TWO_CORES) == ["10.0.0.1"] * 2 + ["10.0.0.2"] * 2
    assert slots({"CPU": 1.0, "GPU": 0.5}, WITH_A_GPU) == ["10.0.0.3"] * 2
