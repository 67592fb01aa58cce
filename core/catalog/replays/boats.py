"""Report D: boats of Venice, a frozen ResNet with a new head against a support vector machine on its features."""

from typing import Any

NETWORK, MAXIMUM, SVM = "network", "network, maximum pooling", "SVM"
LONGER, GRID = "network, 30 epochs", "network, 1 x 3 grid"
N = 1324
LAST = {"split": "test", "epoch": "last"}

BOATS: dict[str, Any] = {
    "name": "boats",
    "title": "Boats of Venice: a frozen ResNet against an SVM on its features",
    "question": "Is it worth training a head by gradient descent, where a support vector machine can be fitted?",
    "source": "A course report (D). Its figures are its own claims, on the 1,324 test pictures of 16 classes.",
    "recipe": {
        "dataset": "boats",
        "backbone": "resnet18",
        "image_size": [96, 320],
        "normalisation": "imagenet",
        "strategy": "head",
        "pooling": "avg",
        # Varied pictures make every epoch go through the whole network, as the report's loop did.
        "augmentation": "flip",
        "optimizer": "adam",
        "schedule": "constant",
        "lr": 0.003,
        "batch_size": 32,
        "epochs": 20,
    },
    "quick": {
        "recipe": {"image_size": [48, 160], "epochs": 5},
        "left_out": "Pictures of 48 x 160 instead of 96 x 320, and 5 epochs of the network instead of 20 and 30.",
        "minutes": 2,
    },
    "full": {
        "left_out": "Nothing: all pictures, 20 epochs of the network, 30 where pooling is compared.",
    },
    "members": [
        {"name": NETWORK},
        {"name": SVM, "recipe": {"learner": "linear_svm", "augmentation": []}, "draws": False},
        {"name": LONGER, "further": True, "recipe": {"epochs": 30}},
        {"name": MAXIMUM, "further": True, "recipe": {"pooling": "max", "epochs": 30}},
        {"name": GRID, "further": True, "recipe": {"pooling": [1, 3], "epochs": 30}},
    ],
    "claims": [
        {"kind": "figure", "member": NETWORK, "value": 0.785, "decimals": 3, "n": N, **LAST},
        {"kind": "figure", "member": SVM, "value": 0.872, "decimals": 3, "n": N},
        {"kind": "figure", "member": SVM, "figure": "macro_f1", "value": 0.56, "decimals": 2, "n": N},
        {"kind": "order", "winner": SVM, "loser": NETWORK, "by": 0.087, **LAST},
        {
            "kind": "times",
            "faster": SVM,
            "slower": NETWORK,
            "faster_phases": ["fit"],
            "value": 172,
            "text": "The SVM is 172 times faster: its fit on features that are there, against the network's epochs",
        },
        {
            "kind": "small_classes",
            "names": [SVM, NETWORK],
            "at_most": 29,
            "text": "The SVM finds nothing in four small classes (of 7, 1, 3 and 29 pictures)",
        },
        {"kind": "order", "further": True, "winner": LONGER, "loser": MAXIMUM, "by": 0.01, **LAST}
        | {"text": "Adaptive average pooling beats adaptive maximum pooling by about 1% after 30 epochs"},
        {"kind": "order", "further": True, "winner": GRID, "loser": LONGER, **LAST}
        | {"text": "An average drops the ratio of width to height: a grid of 1 x 3 cells should do better"},
        {
            "kind": "measure",
            "further": True,
            "names": [LONGER],
            "measure": "fall",
            "text": "Accuracy begins to go down when training goes on: the best epoch less the last, on validation",
        },
    ],
    "left_open": [
        {
            "name": "pooling",
            "question": "To what the last map is pooled",
            "chosen": "avg",
            "options": {
                pooled: {NETWORK: {"pooling": pooling}, SVM: {"pooling": pooling}}
                for pooled, pooling in (("avg", "avg"), ("max", "max"), ("both", "both"), ("1x3", [1, 3]))
            },
        },
        {
            "name": "kernel",
            "question": "The kernel of its SVM",
            "chosen": "linear",
            "options": {kernel: {SVM: {"learner": f"{kernel}_svm"}} for kernel in ("linear", "rbf")},
        },
        {"question": "Which ResNet, and which of its layers gives the SVM's features", "chosen": "ResNet-18, the last"},
        {"question": "How C was chosen", "chosen": "on validation, without the test pictures"},
        {"question": "Its optimizer and batch", "chosen": "Adam, 32 pictures a step"},
        {"question": "Which epoch of the network was scored", "chosen": "the last"},
    ],
    "differs": ["the pictures are reduced to 320 x 96"],
}
