"""When one may say that something differs: the rules that every verdict here follows, in plain words."""

RULES: tuple[tuple[str, str], ...] = (
    (
        "One score",
        "A score is a count: 137 of 150 right is 91.3%, and with other pictures of the same kind it would have "
        "been a little different. The interval beside it (Wilson's, 95%) says how different: 85.7 to 94.9. Macro "
        "figures, such as macro F1, have one from resampling the pictures.",
    ),
    (
        "Two runs",
        "Two trained networks are compared on the same pictures, by those that only one of them got right. An "
        "exact McNemar test says whether such an imbalance could be luck. It speaks of these two networks only: "
        "train both recipes once more and it may turn round.",
    ),
    (
        "Two recipes",
        "Whether one way of training is better than another takes at least three seeds of each, because the luck "
        "of the seed counts too. The test takes both into account, the pictures and the seeds, and asks for more "
        "where many pairs are compared at once (Holm).",
    ),
)
CLAIMS: tuple[tuple[str, str], ...] = (
    ("better or worse", "The interval of the difference between ours and the published figure leaves out zero."),
    ("reproduced", "It holds zero, and lies within five points either way, a margin that was fixed beforehand."),
    ("cannot be told apart", "It holds zero, but is wider than the margin: the pictures or seeds are too few to tell."),
    (
        "not judged",
        "With the reason: a quick or hour form, fewer than three seeds, or other pictures than the report's.",
    ),
)
"""What can come of a published claim."""
