"""Report B: ResNet-50 against a network trained from scratch, on CIFAR-10."""

from typing import Any

from core.catalog.replays.passages import excels, measured

RESNET, SCRATCH = "ResNet-50", "scratch CNN"
N = 10_000
SHARES = {"1%": 45, "5%": 225, "20%": 900}
"""Of the 4,500 training pictures of a class that are left when a tenth validates."""

PRETRAINED = {
    "backbone": "resnet50",
    "image_size": [224, 224],
    "strategy": {"name": "last_layers", "count": 90, "gradually": True, "over_epochs": 4},
    "regularizers": [{"name": "dropout", "rate": 0.3}],
    "early_stopping": {"on": "loss", "patience": 2},
    "epochs": 5,
    "lr": 0.01,
}
FROM_SCRATCH = {
    "backbone": "thaw_plain",
    "pretrained": False,
    "image_size": [32, 32],
    "strategy": "full",
    "epochs": 18,
    "lr": 0.05,
}


IN_AN_HOUR: dict[str, dict[str, Any]] = {RESNET: {"image_size": [64, 64]}, SCRATCH: {}}
"""What an hour changes of each; of the small shares it tries one."""


def _with_few_pictures() -> list[dict[str, Any]]:
    return [
        {
            "name": f"{name} on {share}",
            "further": True,
            "recipe": {**recipe, "examples_per_class": count},
            **({"hour": {**IN_AN_HOUR[name], "examples_per_class": count}} if share == "5%" else {}),
        }
        for share, count in SHARES.items()
        for name, recipe in ((RESNET, PRETRAINED), (SCRATCH, FROM_SCRATCH))
    ]


CIFAR: dict[str, Any] = {
    "name": "cifar",
    "title": "CIFAR-10: ResNet-50 against training from scratch",
    "question": "How much accuracy, and how much time, does a pretrained ResNet-50 save on small colour pictures?",
    "source": "A course report (B). Its figures are its own claims: both networks on the 10,000 test pictures.",
    "recipe": {
        "dataset": "cifar10",
        "normalisation": "imagenet",
        "optimizer": {"name": "sgd", "momentum": 0.9},
        "schedule": "constant",
        "batch_size": 64,
    },
    "quick": {
        "recipe": {"examples_per_class": 100, "batch_size": 32},
        "left_out": "100 pictures a class instead of 4,500, ResNet-18 at 64 x 64 in the place of ResNet-50 at "
        "224 x 224 (its last 18 layers instead of 90), 4 epochs instead of 5, and 8 from scratch instead of 18.",
        "minutes": 2,
    },
    "hour": {
        "recipe": {"examples_per_class": 2250},
        "left_out": "2,250 pictures a class instead of 4,500; ResNet-50 sees them at 64 x 64 instead of 224 x 224.",
        "minutes": 20,
    },
    "full": {"left_out": "Nothing: all pictures, at 224 x 224."},
    "members": [
        {
            "name": RESNET,
            "recipe": PRETRAINED,
            "quick": {
                "backbone": "resnet18",
                "image_size": [64, 64],
                "epochs": 4,
                "strategy": {"name": "last_layers", "count": 18, "gradually": True, "over_epochs": 3},
            },
            "hour": IN_AN_HOUR[RESNET],
        },
        {
            "name": SCRATCH,
            "recipe": FROM_SCRATCH,
            "quick": {"epochs": 8},
            "differs": ["a network of our own stands for the report's"],
        },
        *_with_few_pictures(),
    ],
    "claims": [
        {"kind": "figure", "member": RESNET, "value": 0.94, "decimals": 2, "n": N},
        {"kind": "figure", "member": SCRATCH, "value": 0.807, "decimals": 3, "n": N},
        {"kind": "order", "winner": RESNET, "loser": SCRATCH, "by": 0.133},
        {
            "kind": "times",
            "faster": RESNET,
            "slower": SCRATCH,
            "value": 15.3,
            "text": "ResNet-50 is trained in 50 seconds, the scratch CNN in 765: 15.3 times faster",
        },
        *excels(f"{RESNET} on {{}}", f"{SCRATCH} on {{}}", [*SHARES], "on {} of the pictures"),
        {
            "kind": "balance",
            "further": True,
            "member": RESNET,
            "text": "Class imbalance is a limitation of the data",
        },
        measured([RESNET, SCRATCH], "peak_memory", "ResNet requires more resources: memory at its peak"),
        measured([RESNET, SCRATCH], "bytes", "ResNet requires more resources: the file of its weights"),
    ],
    "left_open": [
        {
            "question": "How it counts the last 90 layers (Keras counts more than the layers that hold weights)",
            "chosen": "90 layers with weights below the head",
        },
        {"question": "At what pace they wake", "chosen": "an equal share each epoch, all of them in the fifth"},
        {"question": "How strong its dropout is", "chosen": "0.3"},
        {"question": "Its rates and batch", "chosen": "0.01 for ResNet-50, 0.05 from scratch, 64 pictures a step"},
        {"question": "How patient its early stopping is", "chosen": "2 epochs, on validation loss"},
        {"question": "The layers of its scratch CNN", "chosen": "Thaw's plain convolutions (thaw_plain), at 32 x 32"},
        {"question": "Which machine took 50 and 765 seconds", "chosen": "unknown: only the ratio is told"},
    ],
    "differs": ["the pictures here may be JPEG copies of CIFAR-10"],
}
