"""Whose turn it is: fair between owners, then by priority, then by age; and when, as far as anybody can know."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.runs.queue import Waiting, expected_starts, in_order

OWNERS = ("ada", "bob", "cleo", "dan")
counts = st.dictionaries(st.sampled_from(OWNERS), st.integers(0, 4))
tickets = st.dictionaries(st.sampled_from(OWNERS), st.integers(1, 99))
seconds = st.lists(st.floats(0, 1e6), max_size=20)


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    asked = draw(st.lists(st.tuples(st.sampled_from(OWNERS), st.integers(-2, 2)), max_size=24))
    waiting = [
        Waiting(run=f"r{ticket}", owner=owner, priority=priority, ticket=ticket)
        for ticket, (owner, priority) in enumerate(asked, 100)
    ]
    return draw(st.permutations(waiting))


@given(waiting=queues(), held=counts, served=tickets)
def test_everybody_who_waits_has_one_place_in_the_order(waiting: list[Waiting], held: dict, served: dict):
    order = in_order(waiting, held, served)
    assert sorted(each.run for each in order) == sorted(each.run for each in waiting)
    assert order == in_order(reversed(waiting), held, served)  # however the database told it


@given(waiting=queues(), held=counts, served=tickets)
def test_the_runs_of_one_owner_start_by_priority_then_by_age(waiting: list[Waiting], held: dict, served: dict):
    for owner in OWNERS:
        own = [each for each in in_order(waiting, held, served) if each.owner == owner]
        assert own == sorted(own, key=lambda each: (-each.priority, each.ticket))


@given(waiting=queues(), held=counts, served=tickets)
def test_nobody_gets_a_turn_while_somebody_who_waits_holds_less(waiting: list[Waiting], held: dict, served: dict):
    now, left = Counter(held), Counter(each.owner for each in waiting)
    for each in in_order(waiting, held, served):
        assert now[each.owner] == min(now[owner] for owner, runs in left.items() if runs)
        now[each.owner] += 1
        left[each.owner] -= 1


@given(waiting=queues(), served=tickets)
def test_among_equals_the_one_served_longest_ago_is_next(waiting: list[Waiting], served: dict):
    if not waiting:
        return
    first = in_order(waiting, {}, served)[0].owner
    assert served.get(first, 0) == min(served.get(each.owner, 0) for each in waiting)


@given(waiting=queues(), held=counts, served=tickets)
def test_the_order_foretold_is_the_order_in_which_turns_are_given(waiting: list[Waiting], held: dict, served: dict):
    """Whoever takes the first, notes that it was served, and asks again gets the same order."""
    foretold, left, given_now = in_order(waiting, held, served), list(waiting), []
    held, served = dict(held), dict(served)
    while left:
        turn = in_order(left, held, served)[0]
        given_now.append(turn)
        left.remove(turn)
        held[turn.owner] = held.get(turn.owner, 0) + 1
        served[turn.owner] = max([0, *served.values()]) + 1
    assert given_now == foretold


def test_a_hundred_runs_of_one_owner_do_not_hold_up_the_one_of_another():
    crowd = [Waiting(run=f"a{n}", owner="ada", priority=9, ticket=n) for n in range(100)]
    alone = Waiting(run="b", owner="bob", priority=0, ticket=100)
    assert in_order([*crowd, alone], {}, {}).index(alone) <= 1
    assert in_order([*crowd, alone], {"ada": 1}, {}).index(alone) == 0


@given(takes=seconds, at_work=seconds, places=st.integers(1, 8))
def test_starts_are_never_in_the_past_and_never_out_of_order(takes: list[float], at_work: list[float], places: int):
    starts = expected_starts(takes, at_work, places)
    assert len(starts) == len(takes)
    assert all(start >= 0 and math.isfinite(start) for start in starts)
    assert starts == sorted(starts)


def test_starts_are_what_a_clock_would_show():
    assert expected_starts([10, 10, 10], [], 1) == [0, 10, 20]
    assert expected_starts([10, 10, 10], [], 2) == [0, 0, 10]
    assert expected_starts([10, 10], [4, 9], 2) == [4, 9]
    assert expected_starts([10, 10], [-3], 1) == [0, 10]  # it takes longer than its kind ever did


def test_more_runs_at_work_than_places_leave_one_by_one_before_the_next_starts():
    assert expected_starts([5.0], [100.0, 10.0, 50.0], 2) == [50.0]
