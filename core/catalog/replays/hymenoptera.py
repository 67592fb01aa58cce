"""Report C: ants and bees, a ResNet-18 under no penalty, L1, L2 and both."""

from typing import Any

NONE, L1, L2, BOTH = "none", "L1", "L2", "L1+L2"
N = 153
LAMBDA = 0.03
PUBLISHED = {
    NONE: (0.95, 0.95, 0.95, 0.9477, 145),
    L1: (0.86, 0.83, 0.83, 0.8366, 128),
    L2: (0.90, 0.90, 0.90, 0.9020, 138),
    BOTH: (0.93, 0.93, 0.93, 0.9281, 142),
}
FIGURES = ("macro_precision", "macro_recall", "macro_f1")
ON_VALIDATION = {"split": "val", "epoch": "best"}


def _l1(on: str) -> dict[str, Any]:
    return {"name": "l1", "strength": LAMBDA, "on": on}


def _decay(strength: float = 0.01) -> dict[str, Any]:
    return {"name": "weight_decay", "strength": strength}


def _penalised(*regularizers: dict[str, Any]) -> dict[str, Any]:
    return {"regularizers": list(regularizers)}


def _table() -> list[dict[str, Any]]:
    claims: list[dict[str, Any]] = []
    for member, (*averages, accuracy, right) in PUBLISHED.items():
        claims.append({"kind": "figure", "member": member, "value": accuracy, "decimals": 4, "n": N, **ON_VALIDATION})
        claims.append({"kind": "right", "member": member, "value": right, "n": N, **ON_VALIDATION})
        claims += [
            {"kind": "figure", "member": member, "figure": figure, "value": value, "decimals": 2, "n": N}
            | ON_VALIDATION
            for figure, value in zip(FIGURES, averages, strict=True)
        ]
    return claims


def _orders() -> list[dict[str, Any]]:
    return [
        {"kind": "order", "winner": NONE, "loser": loser, "by": by, **ON_VALIDATION}
        for loser, by in ((L1, 0.1111), (L2, 0.0457), (BOTH, 0.0196))
    ]


HYMENOPTERA: dict[str, Any] = {
    "name": "hymenoptera",
    "title": "Ants and bees: ResNet-18 under no penalty, L1, L2 and both",
    "question": "What do L1 and L2 penalties do to a ResNet-18 that is fine-tuned on 244 photographs?",
    "source": "A course report (C). Its figures are its own claims, on the 153 validation pictures.",
    "recipe": {
        "dataset": "hymenoptera",
        "backbone": "resnet18",
        "image_size": [224, 224],
        "normalisation": "imagenet",
        "augmentation": "resized_crop_flip",
        "strategy": "full",
        "optimizer": {"name": "sgd", "momentum": 0.9},
        "schedule": {"name": "step", "every": 7, "factor": 0.1},
        "lr": 0.001,
        "batch_size": 4,
        "epochs": 25,
    },
    "quick": {
        "recipe": {
            "image_size": [112, 112],
            "epochs": 6,
            "schedule": {"name": "step", "every": 2, "factor": 0.1},
        },
        "left_out": "Pictures of 112 x 112 instead of 224 x 224, 6 epochs instead of 25, the rate falling every 2 "
        "instead of every 7.",
        "minutes": 2,
    },
    "full": {"left_out": "Nothing: 25 epochs at 224 x 224."},
    "members": [
        {"name": NONE, "recipe": _penalised()},
        {"name": L1, "recipe": _penalised(_l1("all"))},
        {"name": L2, "recipe": _penalised(_decay())},
        {"name": BOTH, "recipe": _penalised(_l1("all"), _decay())},
        {"name": "L1 over the head", "further": True, "recipe": _penalised(_l1("head"))},
        {"name": "L1+L2, L1 over the head", "further": True, "recipe": _penalised(_l1("head"), _decay())},
    ],
    "claims": [
        *_table(),
        *_orders(),
        {"kind": "figure", "further": True, "member": "L1 over the head", "value": 0.8366, "decimals": 4, "n": N}
        | ON_VALIDATION,
        {"kind": "figure", "further": True, "member": "L1+L2, L1 over the head", "value": 0.9281, "decimals": 4, "n": N}
        | ON_VALIDATION,
        {
            "kind": "measure",
            "further": True,
            "names": [NONE, L1, L2, BOTH],
            "measure": "gap",
            "text": "Penalties helped in preventing overfitting: accuracy on training pictures (as they are, in eval) "
            "less that on validation",
        },
    ],
    "left_open": [
        {
            "name": "l1_over",
            "question": "Over which parameters the L1 sum runs",
            "chosen": "all",
            "options": {
                "all": {L1: _penalised(_l1("all")), BOTH: _penalised(_l1("all"), _decay())},
                "head": {L1: _penalised(_l1("head")), BOTH: _penalised(_l1("head"), _decay())},
            },
        },
        {
            "question": "How strong the weight decay is",
            "chosen": "0.01",
        },
        {"question": "How many pictures a step has", "chosen": "4, as in the tutorial that its recipe follows"},
        {
            "question": "Whether the figures are of the best or of the last epoch",
            "chosen": "the best on these very pictures, as that tutorial keeps it; the last stands beside it",
        },
        {"question": "How precision, recall and F1 are averaged", "chosen": "macro, over both classes"},
    ],
}
