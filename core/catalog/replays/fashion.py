"""Report A: a network of one's own against a pretrained ResNet-18, on Fashion-MNIST."""

from typing import Any

from core.catalog.replays.passages import excels, measured

OWN, RESNET = "own CNN", "ResNet-18"
N = 10_000
SHARES = {"1%": 54, "5%": 270, "20%": 1080}
"""Of the 5,400 training pictures of a class that are left when a tenth validates."""
OF_AN_HOUR: dict[str, dict[str, Any]] = {"5%": {"examples_per_class": SHARES["5%"]}, "100%": {}}
"""What else is trained in an hour; there, 100% are as many as all others have."""

PRETRAINED = {"backbone": "resnet18", "strategy": {"name": "freeze_until", "epoch": 5}, "lr": 0.0003}
FROM_SCRATCH = {"backbone": "resnet18", "pretrained": False, "strategy": "full"}

AUGMENTED = ["flip", "rotation", "colour"]
PUBLISHED = {
    OWN: ((0.9184, 4), (0.919, 3), (0.916, 3), (0.919, 3)),
    RESNET: ((0.9352, 4), (0.9369, 4), (0.9352, 4), (0.9348, 4)),
}
FIGURES = ("accuracy", "macro_precision", "macro_recall", "macro_f1")


def _table() -> list[dict[str, Any]]:
    return [
        {"kind": "figure", "member": member, "figure": figure, "value": value, "decimals": decimals, "n": N}
        for member, row in PUBLISHED.items()
        for figure, (value, decimals) in zip(FIGURES, row, strict=True)
    ]


def _resnet(start: str, share: str) -> str:
    return f"ResNet-18 {start} on {share}"


def _with_few_pictures() -> list[dict[str, Any]]:
    return [
        {
            "name": _resnet(start, share),
            "further": True,
            "recipe": {**recipe, "examples_per_class": SHARES.get(share)},
            **({"hour": OF_AN_HOUR[share]} if share in OF_AN_HOUR else {}),
        }
        for share in [*SHARES, "100%"]
        for start, recipe in (("pretrained", PRETRAINED), ("from scratch", FROM_SCRATCH))
    ]


FASHION: dict[str, Any] = {
    "name": "fashion",
    "title": "Fashion-MNIST: a network of one's own against ResNet-18",
    "question": "Does a pretrained ResNet-18 beat a small network trained from scratch on grey pictures of clothes?",
    "source": "A course report (A). Its figures are its own claims: both networks on the 10,000 test pictures.",
    "recipe": {
        "dataset": "fashion_mnist",
        "image_size": [224, 224],
        "normalisation": "imagenet",
        "augmentation": AUGMENTED,
        "optimizer": "adam",
        "schedule": "constant",
        "lr": 0.001,
        "batch_size": 64,
        "epochs": 12,
    },
    "quick": {
        "recipe": {"image_size": [32, 32], "examples_per_class": 100, "epochs": 5, "batch_size": 32},
        "left_out": "100 pictures a class instead of 5,400, at 32 x 32 (ResNet-18: 48 x 48) instead of 224 x 224, "
        "5 epochs instead of 12, the backbone frozen for 2 instead of 5.",
        "minutes": 2,
    },
    "hour": {
        "recipe": {"image_size": [64, 64], "examples_per_class": 2700},
        "left_out": "2,700 pictures a class instead of 5,400, at 64 x 64 instead of 224 x 224.",
        "minutes": 40,
    },
    "full": {"left_out": "Nothing: all pictures, at 224 x 224."},
    "members": [
        {
            "name": OWN,
            "recipe": {"backbone": "thaw_plain", "pretrained": False, "strategy": "full"},
            "differs": ["a network of our own stands for the report's"],
        },
        {
            "name": RESNET,
            "recipe": PRETRAINED,
            "quick": {"image_size": [48, 48], "strategy": {"name": "freeze_until", "epoch": 2}},
        },
        *_with_few_pictures(),
    ],
    "claims": [
        *_table(),
        {"kind": "order", "winner": RESNET, "loser": OWN, "by": 0.0168},
        {
            "kind": "classes",
            "winner": RESNET,
            "loser": OWN,
            "value": 9,
            "of": 10,
            "text": "ResNet-18 wins 9 of 10 classes, all but Coat",
        },
        *excels(
            _resnet("pretrained", "{}"),
            _resnet("from scratch", "{}"),
            [*SHARES, "100%"],
            "pretrained against scratch on {}",
        ),
        measured([RESNET, OWN], "epochs_to_95", "“Faster convergence”: epochs to 95% of a run's own best"),
        measured(
            [RESNET, OWN], "seconds_to_95", "“Longer to reach optimal performance”: seconds to 95% of a run's own best"
        ),
        measured(
            [RESNET, OWN],
            "roughness",
            "Smoother curves: how much the validation loss goes up and down from epoch to epoch",
        ),
    ],
    "left_open": [
        {"question": "The layers of its own CNN", "chosen": "Thaw's plain convolutions (thaw_plain)"},
        {"question": "Its rates and optimizer", "chosen": "Adam, 0.001 for the own CNN and 0.0003 for ResNet-18"},
        {"question": "How many epochs", "chosen": "12, of which ResNet-18's backbone is frozen for 5"},
        {"question": "Which epoch was scored", "chosen": "the best on validation"},
        {
            "question": "How precision, recall and F1 are averaged",
            "chosen": "macro; the own CNN's published recall is not its accuracy, as it would be over equal classes",
        },
        {"question": "How strongly pictures are turned and coloured", "chosen": "15 degrees, a fifth"},
    ],
}
