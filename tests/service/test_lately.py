from core.service.lately import MOST_KEPT, Lately


def test_what_was_asked_a_moment_ago_is_not_looked_up_again():
    lately, looks = Lately(60.0), iter(["a", "b"])
    assert [lately.ask("what", lambda: next(looks)) for _ in range(3)] == ["a", "a", "a"]
    assert lately.ask("what else", lambda: next(looks)) == "b"


def test_what_is_old_or_was_not_known_is_looked_up_again():
    old, looks = Lately(0.0), iter(["a", "b"])
    assert [old.ask("what", lambda: next(looks)) for _ in range(2)] == ["a", "b"]
    unknown, looks = Lately(60.0), iter([None, "known"])
    assert [unknown.ask("what", lambda: next(looks)) for _ in range(3)] == [None, "known", "known"]


def test_the_oldest_answers_are_forgotten():
    lately, looks = Lately(60.0), []
    for number in (*range(MOST_KEPT + 1), MOST_KEPT, 0):
        lately.ask(number, lambda number=number: looks.append(number) or "seen")
    assert looks == [*range(MOST_KEPT + 1), 0]
