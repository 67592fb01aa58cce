"""Report E: sums of four digits, a ResNet-50 with rates that grow towards late layers, and what else was tried."""

from typing import Any

RESNET, SMALL, OWN, LORA = "ResNet-50", "ResNet-18", "own CNN", "LoRA"
SEGMENTS, CODER, SUMMED = "segments", "autoencoder", "autoencoder, place by place"
STILL, EVEN = "ResNet-50 without rotation", "ResNet-50 at one rate"
AS_THEY_ARE: dict[str, Any] = {"augmentation": [], "regularizers": []}
LAYERWISE = {"name": "layerwise", "decay": 0.9}


def _loses(loser: str, text: str, **more: Any) -> dict[str, Any]:
    return {"kind": "order", "winner": RESNET, "loser": loser, "text": text, **more}


SUMS: dict[str, Any] = {
    "name": "sums",
    "title": "Sums of four digits: ResNet-50 with layer-wise rates, and five other ways",
    "question": "Can a pretrained network learn to add four digits that it sees side by side?",
    "source": "A course report (E). Its figures are its own claims, on pictures that are not at hand: ours are "
    "composed from MNIST.",
    "recipe": {
        "dataset": "mnist_sums",
        "image_size": [56, 224],
        "normalisation": "half",
        "augmentation": [{"name": "rotation", "degrees": 10}],
        "optimizer": "adam",
        "regularizers": [{"name": "weight_decay", "strength": 0.0001}],
        "schedule": "cosine",
        "lr": 0.001,
        "batch_size": 32,
        "epochs": 50,
    },
    "quick": {
        "recipe": {"image_size": [28, 112], "examples_per_class": 40, "held_out_per_class": 14, "epochs": 3},
        "left_out": "40 pictures a sum instead of 500 to learn from, 14 instead of 60 to choose by and 14 instead"
        " of 136 to be tested with, at 28 x 112 instead of 56 x 224, 3 epochs instead of 50 (the "
        "autoencoder: 8); the own CNN at 40 x 160, LoRA in a ResNet-18, segments from 800 pictures of"
        " each digit in 4 epochs.",
        "minutes": 3,
    },
    "hour": {
        "recipe": {"image_size": [28, 112], "epochs": 4},
        "left_out": "4 epochs instead of 50 (the autoencoder: 8), at 28 x 112 instead of 56 x 224 (the own CNN: 40 x "
        "160), LoRA in a ResNet-18; of segments nothing.",
        "minutes": 50,
    },
    "full": {"left_out": "Nothing: all pictures, 50 epochs."},
    "members": [
        {"name": RESNET, "recipe": {"backbone": "resnet50", "strategy": LAYERWISE}},
        {"name": SMALL, "recipe": {"backbone": "resnet18", "strategy": LAYERWISE}},
        {
            "name": OWN,
            "recipe": {"backbone": "thaw_plain", "pretrained": False, "strategy": "full"},
            "quick": {"image_size": [40, 160]},
            "hour": {"image_size": [40, 160]},
            "differs": ["a network of our own stands for the report's"],
        },
        {
            "name": LORA,
            "recipe": {"backbone": "resnet50", "strategy": {"name": "lora", "rank": 8, "alpha": 16.0}},
            "quick": {"backbone": "resnet18"},
            "hour": {"backbone": "resnet18"},
        },
        {
            "name": SEGMENTS,
            "recipe": {"learner": "segment", **AS_THEY_ARE},
            "quick": {"examples_per_class": 800, "epochs": 4},
            "hour": {"image_size": [56, 224], "epochs": 8},
            "full": {"epochs": 8},
            "differs": ["it learns from single digits, not from pictures of four"],
        },
        {
            "name": CODER,
            "recipe": {"learner": "autoencoder", **AS_THEY_ARE},
            "quick": {"epochs": 8},
            "hour": {"epochs": 8},
        },
        {
            "name": SUMMED,
            "further": True,
            "recipe": {"learner": {"name": "autoencoder", "places": 4}, **AS_THEY_ARE},
        },
        {"name": STILL, "further": True, "recipe": {"backbone": "resnet50", "strategy": LAYERWISE, "augmentation": []}},
        {"name": EVEN, "further": True, "recipe": {"backbone": "resnet50", "strategy": "full"}},
    ],
    "claims": [
        {
            "kind": "figure",
            "member": RESNET,
            "value": 0.9233,
            "decimals": 4,
            "split": "val",
            "same_pictures": False,
        },
        {"kind": "figure", "member": RESNET, "value": 0.9177, "decimals": 4, "same_pictures": False},
        _loses(SMALL, "ResNet-18 is less accurate than ResNet-50"),
        _loses(OWN, "The own CNN is less accurate than ResNet-50"),
        _loses(LORA, "LoRA on the convolutions did not beat full fine-tuning"),
        _loses(SEGMENTS, "Segmenting the picture into its digits did not do better: the aggregation was hard"),
        _loses(CODER, "Classifying from an autoencoder's latent space was not satisfactory"),
        _loses(SUMMED, "Summing what the latent space says of each place was not satisfactory", further=True),
        {
            "kind": "measure",
            "names": [LORA, RESNET],
            "measure": "trained",
            "text": "LoRA trains fewer parameters",
        },
        _loses(STILL, "Data augmentation improved performance: with rotation against without", further=True),
        _loses(EVEN, "Layer-specific rates improved performance: against one rate for all", further=True),
    ],
    "left_open": [
        {"question": "The size of its pictures", "chosen": "28 x 112, enlarged to 56 x 224"},
        {"question": "Its rates, batch and weight decay", "chosen": "0.001 at the head, 32 pictures, 0.0001"},
        {
            "question": "How much slower earlier layers learn",
            "chosen": "each block at 0.9 of the rate of the one above",
        },
        {"question": "How far pictures are turned", "chosen": "10 degrees to either side"},
        {"question": "The rank of its LoRA", "chosen": "8"},
        {"question": "The layers of its own CNN and of its autoencoder", "chosen": "Thaw's own"},
    ],
    "differs": ["other pictures: composed from MNIST"],
}
