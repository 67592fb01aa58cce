from threading import Event

import pytest

from core.errors import DataError, RecordError
from core.home import Home
from core.service.errands import KEPT, Errand, Errands


@pytest.fixture
def home(home_folder):
    return Home(home_folder)


def test_an_errand_goes_on_while_others_look_at_how_far_it_is(home):
    errands, half, on = Errands(at_once=1), Event(), Event()

    def work(errand: Errand) -> dict:
        errand.heard(3, 6)
        half.set()
        on.wait(20)
        return {"answer": 42}

    errands.begin(home, "it", work)
    assert half.wait(20)
    (seen,) = errands.known(home)
    assert (seen["state"], seen["done"], seen["of"], seen["result"]) == ("running", 3, 6, None)
    with pytest.raises(RecordError, match="it is being worked on already"):
        errands.begin(home, "it", work)
    errands.dismiss(home, "it")
    assert errands.running(home, "it"), "what is under way is not forgotten"
    on.set()
    errands.wait(home, "it")
    (seen,) = errands.known(home)
    assert (seen["state"], seen["result"]) == ("done", {"answer": 42})
    errands.dismiss(home, "it")
    assert errands.known(home) == []


def test_what_a_person_can_mend_is_told_as_the_end_of_it(home):
    def work(errand: Errand) -> dict:
        raise DataError("It is damaged; fetch it again.")

    errands = Errands(at_once=1)
    errands.begin(home, "it", work)
    errands.wait(home, "it")
    (seen,) = errands.known(home)
    assert (seen["state"], seen["error"]) == ("failed", "It is damaged; fetch it again.")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_ends_it_too_instead_of_running_for_ever(home):
    errands = Errands(at_once=1)
    errands.begin(home, "it", lambda errand: {"never": 1 / 0})
    errands.wait(home, "it")
    assert errands.known(home)[0]["state"] == "failed"
    errands.begin(home, "next", lambda errand: {})
    errands.wait(home, "next")
    assert errands.state(home, "next") == "done", "the turn was given back"


def test_nobody_sees_anothers(home):
    errands = Errands(at_once=1)
    errands.begin(home.seen_by("ann"), "it", lambda errand: {})
    errands.wait(home.seen_by("ann"), "it")
    assert errands.known(home.seen_by("bob")) == []
    assert len(errands.known(home.seen_by("ann"))) == 1


def test_only_so_many_ended_ones_are_remembered(home):
    errands = Errands(at_once=4)
    for number in range(KEPT + 10):
        errands.begin(home, str(number), lambda errand: {})
        errands.wait(home, str(number))
    known = [each["name"] for each in errands.known(home)]
    assert len(known) == KEPT + 1
    assert known[-1] == str(KEPT + 9)
