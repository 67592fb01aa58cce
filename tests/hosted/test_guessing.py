"""Wrong passphrases on a real server: each costs more time, others go on undisturbed, the right one always opens."""

import time
from concurrent.futures import ThreadPoolExecutor

from door.patience import AT_ONCE, FREE, LONGEST
from tests.hosted.conftest import PASSPHRASE, Host, come_in

GENEROUS = 5.0
"""Seconds that a busy machine may take on top."""


def test_who_guesses_waits_and_the_right_passphrase_still_opens(host: Host):
    server = host(THAW_ROOM_PASSPHRASE=PASSPHRASE)
    with server.visitor() as guesser:
        for _ in range(FREE + 2):
            assert come_in(guesser, "Eve", passphrase="a guess").status_code == 403
        began = time.monotonic()
        assert come_in(guesser, "Ada").status_code == 303
        assert 0.25 < time.monotonic() - began < LONGEST + GENEROUS

    def guess(number: int) -> int:
        with server.visitor() as one:
            return come_in(one, "Eve", passphrase=f"guess {number}").status_code

    with server.visitor() as other, ThreadPoolExecutor(2 * AT_ONCE) as crowd:
        answers = [crowd.submit(guess, number) for number in range(2 * AT_ONCE)]
        time.sleep(0.3)
        began = time.monotonic()
        assert other.get("/sign-in").status_code == 200
        assert time.monotonic() - began < 1, "nobody else waits while a guesser does"
        assert {each.result() for each in answers} == {403, 429}
