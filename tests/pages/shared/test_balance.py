from streamlit.testing.v1 import AppTest

from pages.shared.balance import NAMED


def drawn(count: int, splits: list[str], imbalance: float | None) -> dict:
    def script(count: int, splits: list[str], imbalance: float | None) -> None:
        import streamlit as st

        from pages.shared.balance import balance

        classes = [{"label": f"![]({place})", "pictures": 9, "train": 7, "val": 2} for place in range(count)]
        st.session_state["spec"] = balance(classes, splits, imbalance)

    app = AppTest.from_function(script, args=(count, splits, imbalance)).run()
    assert not app.exception
    return app.session_state["spec"]


def test_every_class_has_its_splits_end_to_end_under_the_name_it_has():
    spec = drawn(3, ["train", "val"], 2.5)
    rows = spec["data"]["values"]
    assert [(row["class"], row["split"], row["pictures"]) for row in rows[:2]] == [
        ("![](0)", "training", 7),
        ("![](0)", "validation", 2),
    ]
    assert len(rows) == 6
    assert spec["encoding"]["x"]["title"] == "pictures"


def test_the_title_says_what_to_see_in_lines_that_fit_on_a_phone():
    for imbalance, words in ((85.4, "85.4 times"), (1.01, "about the same number"), (None, "How many pictures")):
        title = drawn(3, ["train", "val"], imbalance)["title"]["text"]
        assert words in " ".join(title)
        assert max(map(len, title)) <= 38


def test_a_dataset_without_splits_is_drawn_whole():
    rows = drawn(2, [], None)["data"]["values"]
    assert [row["pictures"] for row in rows] == [9, 9]


def test_many_classes_have_bars_without_names():
    assert drawn(NAMED, ["train"], None)["encoding"]["y"]["axis"]["labels"]
    assert not drawn(NAMED + 1, ["train"], None)["encoding"]["y"]["axis"]["labels"]
