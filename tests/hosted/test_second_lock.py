"""Should the keeper of the door ever let somebody through: the pages themselves still show nothing."""

from streamlit_app import PAGES
from tests.hosted.conftest import PASSPHRASE, PROJECT, Host
from tests.hosted.visit_of_test import visit

HEADING = b"h1"
"""What only the title of a page says to a browser."""


def test_no_page_draws_anything_for_whoever_has_not_signed_in_not_even_the_first(host: Host):
    server = host(script=PROJECT / "tests" / "hosted" / "without_a_keeper.py", THAW_ROOM_PASSPHRASE=PASSPHRASE)
    with server.visitor() as nobody:
        for page in ["train", "", *PAGES]:
            with visit(server, nobody, page) as seen:
                assert b"You are not signed in" in seen.said, page
                assert HEADING not in seen.said and not seen.pictures, page
    with server.person("Ada") as ada, visit(server, ada, "train") as seen:
        assert HEADING in seen.said and b"You are not signed in" not in seen.said
