"""The gallery, without a browser: how many pictures stand on a page, and that captions stay text."""

import io

from PIL import Image
from streamlit.testing.v1 import AppTest

HOSTILE = "![](http://127.0.0.1:9/x.png)"


def drawn(count: int, caption: str = "a") -> AppTest:
    def script(picture: bytes, count: int, caption: str) -> None:
        from pages.shared import gallery

        gallery.show([{"picture": picture, "caption": caption}] * count)

    return AppTest.from_function(script, args=(tiny(), count, caption)).run()


def tiny() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "PNG")
    return buffer.getvalue()


def pictures(app: AppTest) -> list:
    return [each.proto.imgs[0] for each in app.get("image")]


def test_a_handful_stands_on_one_page_without_anything_to_turn():
    app = drawn(5)
    assert not app.exception
    assert len(pictures(app)) == 5
    assert "gallery_page" not in app.session_state


def test_at_most_48_stand_on_a_page_and_the_rest_on_the_next():
    app = drawn(50)
    assert len(pictures(app)) == 48
    app.session_state["gallery_page"] = 2
    assert len(pictures(app.run())) == 2


def test_a_page_that_is_no_more_leads_back_to_the_first():
    app = drawn(50)
    app.session_state["gallery_page"] = 9
    assert len(pictures(app.run())) == 48
    assert not app.exception


def test_a_hostile_caption_stays_text_and_is_read_out_as_it_is():
    (picture,) = pictures(drawn(1, HOSTILE))
    assert picture.caption.startswith("\\!\\[")
    assert picture.alt == HOSTILE
