"""What is drawn says what the figures say, and never more than the screen can hold."""

from core.terminal.drawing import (
    bar,
    confusion,
    curves,
    duration,
    headline,
    per_class,
    share,
    size,
    sparkline,
    table,
    table_or_blocks,
    thaw,
)

SCORE = {
    "n": 150,
    "right": 137,
    "accuracy": 137 / 150,
    "interval": [0.857, 0.949],
    "macro_precision": 0.9,
    "macro_recall": 0.8,
    "macro_f1": 0.85,
    "loss": 0.3,
    "classes": [
        {"label": "ant", "precision": 1.0, "recall": 0.5, "f1": 2 / 3, "support": 100},
        {"label": "bee", "precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 50},
    ],
    "confusion": [[87, 13], [0, 50]],
    "top_confusions": [{"true": "ant", "predicted": "bee", "count": 13, "share": 0.13}],
}


def test_a_table_without_room_is_a_block_for_each_row():
    heads, rows = (
        ["claim", "published", "verdict"],
        [["one is better than the other", "+2 points", None], ["x", "1", "y"]],
    )
    assert table_or_blocks(heads, rows, 60) == table(heads, rows)
    assert table_or_blocks(heads, rows, 20) == [
        "one is better than",
        "the other",
        "  published: +2",
        "    points",
        "x",
        "  published: 1",
        "  verdict: y",
    ]


def test_columns_stand_under_their_heads_whatever_script_the_names_are_in():
    lines = table(["name", "n"], [["ant", 1], ["蚂蚁", 23], ["e\u0301te\u0301", None]], ".r")
    assert lines == ["name   n", "ant    1", "蚂蚁  23", "e\u0301te\u0301"]


def test_a_name_that_somebody_typed_cannot_move_the_cursor():
    lines = table(["name"], [["\x1b[2J\x1b]0;owned\x07"], ["a\nb\u202egpj.exe"]])
    assert lines[1:] == [r"\x1b[2J\x1b]0;owned\x07", r"a\nb\u202egpj.exe"]


def test_a_curve_falls_where_the_loss_falls_and_keeps_its_gaps():
    assert sparkline([3.0, 2.0, None, 1.0]) == "█▅ ▁"
    assert sparkline([3.0, float("nan"), 1.0], drawn=False) == "# _"
    assert sparkline([]) == "" and sparkline([None]) == ""
    assert len(sparkline(list(range(1000)), width=60)) == 60
    assert sparkline([1.0, 1.0]) == "▁▁"


def test_the_best_epoch_is_marked_under_its_place_in_the_curve():
    epochs = [
        {"epoch": each, "train_loss": 2 - each, "val_loss": 1.0, "train_accuracy": 0.5, "val_accuracy": 0.5}
        for each in range(3)
    ]
    lines = curves(epochs, 1, drawn=True)
    loss, mark = lines[0], lines[-1]
    assert loss.startswith("  training loss") and loss.endswith("2.000 to 0.000")
    assert mark.index("^") == loss.index("█") + 1 and mark.endswith("best: epoch 2")


def test_the_thaw_line_has_the_head_on_top_and_dots_where_a_stage_is_frozen():
    epochs = [
        {"stages": [{"name": "stem", "scale": 0.0}, {"name": "head", "scale": 1.0}]},
        {"stages": [{"name": "stem", "scale": 0.4}, {"name": "head", "scale": 1.0}]},
    ]
    assert [line.split() for line in thaw(epochs, drawn=True)] == [["head", "██"], ["stem", "·▇"]]
    assert thaw([], drawn=True) == []


def test_a_score_is_never_told_without_its_noise():
    assert headline(SCORE) == "91.3% (85.7 to 94.9), 137 of 150"


def test_the_matrix_gives_way_to_a_list_where_there_are_many_classes():
    assert [line.split() for line in confusion(SCORE)] == [
        ["true", "\\", "said", "ant", "bee"],
        ["ant", "87", "13"],
        ["bee", ".", "50"],
    ]
    assert [line.split() for line in confusion(SCORE, largest=1)][1:] == [["ant", "bee", "13"]]


def test_every_class_is_reported_with_its_support_and_the_macro_average_below():
    lines = [line.split() for line in per_class(SCORE)]
    assert lines[1] == ["ant", "100.0%", "50.0%", "66.7%", "100"]
    assert lines[-1] == ["macro", "90.0%", "80.0%", "85.0%", "150"]


def test_figures_read_as_people_say_them():
    assert [duration(each) for each in (None, 3.21, 42, 100, 7200)] == ["", "3.2 s", "42 s", "1 min 40 s", "2 h 00 min"]
    assert [size(each) for each in (None, 999, 1_500_000, 3e12)] == ["0 B", "999 B", "2 MB", "3.0 TB"]  # type: ignore[arg-type]
    assert (share(None), share(0.5)) == ("", "50.0%")
    assert (bar(0.5, 4, True), bar(7, 4, False)) == ("██░░", "####")
