"""Guessing gets slower, for whoever guesses; nobody is locked out."""

from hypothesis import given
from hypothesis import strategies as st

from door.patience import AT_ONCE, FORGOTTEN_AFTER, FREE, FREE_FOR_ALL, LONGEST, Patience


def after(wrong: int, addresses: int = 1) -> Patience:
    patience = Patience()
    for number in range(wrong):
        patience.was_wrong(f"address {number % addresses}")
    return patience


def test_a_class_that_mistypes_waits_for_nothing_and_a_guesser_waits_longer_and_longer():
    assert after(FREE).seconds("address 0") == 0
    waits = [after(FREE + more).seconds("address 0") for more in range(1, 12)]
    assert waits == sorted(waits) and 0 < waits[0] < 1 and waits[-1] == LONGEST


def test_another_address_does_not_pay_for_it():
    assert after(FREE * 5).seconds("elsewhere") == 0


def test_guessing_from_everywhere_at_once_slows_everybody_a_little():
    assert after(FREE_FOR_ALL, addresses=FREE_FOR_ALL).seconds("elsewhere") == 0
    assert 0 < after(FREE_FOR_ALL * 2, addresses=FREE_FOR_ALL).seconds("elsewhere") <= LONGEST


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_however_many_were_wrong_the_wait_is_bounded(wrong: int, addresses: int):
    assert 0 <= after(min(wrong, 500), addresses).seconds("address 0") <= LONGEST


def test_what_was_wrong_is_forgotten_in_time():
    patience = after(FREE + 5)
    patience.by_address["address 0"].at -= 6 * FORGOTTEN_AFTER
    assert patience.seconds("address 0") == 0
    patience.by_address["address 0"].at -= FREE * FORGOTTEN_AFTER
    patience.was_wrong("elsewhere")
    assert set(patience.by_address) == {"elsewhere"}


def test_only_so_many_of_an_address_wait_at_a_time():
    patience = Patience()
    places = [patience.place_for("crowd") for _ in range(AT_ONCE + 1)]
    assert [place.__enter__() for place in places] == [True] * AT_ONCE + [False]
    with patience.place_for("elsewhere") as there_is_room:
        assert there_is_room
    for place in places:
        place.__exit__(None, None, None)
    with patience.place_for("crowd") as there_is_room:
        assert there_is_room
    assert not patience.waiting
