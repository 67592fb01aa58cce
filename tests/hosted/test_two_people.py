"""Two people on one real server, each with cookies of their own: neither sees, by any address, what is the other's."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

from core.home import Home
from core.recipe import Recipe
from core.service import Workbench
from door.room import COOKIE, Room
from door.seal import Seal
from tests.hosted.conftest import PASSPHRASE, Hosted
from tests.hosted.visit_of_test import visit

SECRET = "unheard"


@pytest.fixture
def ada(room: Hosted) -> Iterator[httpx.Client]:
    with room.person("Ada") as client:
        yield client


@pytest.fixture
def ben(room: Hosted) -> Iterator[httpx.Client]:
    with room.person("Ben") as client:
        yield client


def bench_of(room: Hosted, person: httpx.Client) -> Workbench:
    known = Room("any", PASSPHRASE, Seal.of(Home(room.home))).person_of(dict(person.cookies))
    assert known is not None and COOKIE in person.cookies
    return Workbench(Home(room.home)).seen_by(known.id)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for label in ("ant", "bee"):
        (tmp_path / label).mkdir()
        for number in range(12):
            Image.new("RGB", (40, 40), (number * 20, 90, 200 if label == "bee" else 10)).save(
                tmp_path / label / f"{number}.png"
            )
    return tmp_path


def test_a_run_is_drawn_for_its_owner_and_for_nobody_else(room: Hosted, ada: httpx.Client, ben: httpx.Client):
    bench = bench_of(room, ada)
    run = bench.record.create(Recipe(), name=SECRET, owner=bench.owned_by(""), engine="ray")
    for page in ("watch", "mistakes", "predict", ""):
        query = f"{page}_run={run}"
        with visit(room, ada, page, query) as hers, visit(room, ben, page, query) as his:
            assert SECRET.encode() not in his.said, page
            assert page != "watch" or SECRET.encode() in hers.said
    bench.share(run)
    with visit(room, ben, "watch", f"watch_run={run}") as his:
        assert SECRET.encode() in his.said and b"shares this run with the room" in his.said
    bench.close()


def test_a_picture_is_served_to_whom_it_was_drawn_for(
    room: Hosted, ada: httpx.Client, ben: httpx.Client, pictures: Path
):
    bench = bench_of(room, ada)
    bench.import_dataset(str(pictures), "hers")
    with visit(room, ada, "datasets", "datasets_name=hers") as hers, visit(room, ben, "datasets") as his:
        own = hers.pictures - his.pictures
        assert own
        for picture in own:
            assert ada.get(picture).status_code == 200
            assert ben.get(picture).status_code == 404
    bench.share_dataset("hers")
    with visit(room, ben, "datasets", "datasets_name=hers") as his:
        assert b"Ada shares this dataset with the room" in his.said
        assert his.pictures and {ben.get(picture).status_code for picture in his.pictures} == {200}
    bench.close()


def test_nobody_leaves_a_file_in_anothers_visit(room: Hosted, ada: httpx.Client, ben: httpx.Client):
    with visit(room, ada) as hers, visit(room, ben) as his:
        for person, theirs, others in ((ada, hers, his), (ben, his, hers)):
            for session, expected in ((theirs.session, 204), (others.session, 404)):
                answer = person.put(f"/_stcore/upload_file/{session}/1", files={"file": b"x"}, headers=xsrf(person))
                assert answer.status_code == expected


def xsrf(person: httpx.Client) -> dict[str, str]:
    """What the page reads from its cookie and sends along."""
    person.get("/_stcore/health")
    return {"X-Xsrftoken": person.cookies["_streamlit_xsrf"].strip('"')}
