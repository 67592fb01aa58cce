"""Networks that have already learned to see. Each card is a line; any other timm name can be typed too."""

from dataclasses import dataclass, field
from typing import Any

DEFAULT_BACKBONE = "thaw_small"


@dataclass(frozen=True, kw_only=True)
class BackboneCard:
    """What a person needs to choose a backbone, and what timm needs to build it."""

    name: str
    title: str
    family: str
    parameters: int
    """Millions are for the page; this is the exact count, with its original classifier where it has one."""
    input: tuple[int, int]
    when: str
    """One sentence: when to choose it."""
    architecture: str = ""
    """timm's name where it differs from ours."""
    model_args: dict[str, Any] = field(default_factory=dict)
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)
    has_weights: bool = True

    @property
    def timm_name(self) -> str:
        return self.architecture or self.name


BACKBONES: dict[str, BackboneCard] = {}


def _card(name: str, title: str, family: str, parameters: int, when: str, **facts: Any) -> None:
    size = facts.pop("input", (224, 224))
    BACKBONES[name] = BackboneCard(
        name=name, title=title, family=family, parameters=parameters, input=size, when=when, **facts
    )


HALF = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}

_card(
    "thaw_small",
    "Thaw small",
    "Thaw",
    677_520,
    "Ships with Thaw: transfer learning on small pictures in the first minute, without any network.",
    input=(40, 40),
    **HALF,
)
_card(
    "thaw_plain",
    "Plain convolutions",
    "Thaw",
    489_448,
    "A network of one's own to train from scratch: 3 x 3 convolutions, BatchNorm and ReLU, no shortcuts, no past.",
    input=(32, 32),
    architecture="vovnet39a",
    model_args={
        "stem_chs": [24, 24, 32],
        "stem_stride": 2,
        "stage_conv_chs": [32, 48, 64, 96],
        "stage_out_chs": [48, 96, 144, 192],
        "layer_per_block": 2,
        "block_per_stage": [1, 1, 1, 1],
        "residual": False,
        "attn": "",
    },
    has_weights=False,
    **HALF,
)
_card(
    "resnet18",
    "ResNet-18",
    "ResNet",
    11_689_512,
    "The classic to begin with: quick, sturdy, and in every paper to compare with.",
)
_card("resnet34", "ResNet-34", "ResNet", 21_797_672, "When ResNet-18 is nearly enough and time is there.")
_card(
    "resnet50",
    "ResNet-50",
    "ResNet",
    25_557_032,
    "The standard yardstick: better features than ResNet-18 at three times the cost.",
)
_card(
    "mobilenetv2_100",
    "MobileNetV2",
    "MobileNet",
    3_504_872,
    "Small and good on a CPU; its frozen features are strong for their size.",
)
_card(
    "mobilenetv3_small_100",
    "MobileNetV3 small",
    "MobileNet",
    2_542_856,
    "The quickest with ImageNet weights, when every millisecond counts.",
)
_card(
    "mobilenetv3_large_100",
    "MobileNetV3 large",
    "MobileNet",
    5_483_032,
    "A good trade of speed and accuracy on phones and laptops.",
)
_card(
    "efficientnet_b0",
    "EfficientNet-B0",
    "EfficientNet",
    5_288_548,
    "Accurate for few parameters; slower to train than its size suggests.",
)
_card(
    "regnety_004",
    "RegNetY 400M",
    "RegNet",
    4_344_144,
    "A regular, well-behaved network between MobileNet and ResNet-50.",
)
_card(
    "densenet121",
    "DenseNet-121",
    "DenseNet",
    7_978_856,
    "Reuses features of all depths; a favourite for medical pictures.",
)
_card(
    "convnext_atto",
    "ConvNeXt atto",
    "ConvNeXt",
    3_695_520,
    "The modern convolutional design at its smallest; likes AdamW.",
)
_card(
    "convnext_tiny",
    "ConvNeXt tiny",
    "ConvNeXt",
    28_589_128,
    "Strong features where a GPU is at hand; likes AdamW and low rates.",
)
_card(
    "vit_tiny_patch16_224",
    "ViT tiny",
    "Vision transformer",
    5_717_416,
    "A first transformer: sees the picture as patches; likes AdamW and layer-wise rates.",
    **HALF,
)
_card(
    "vit_small_patch16_224",
    "ViT small",
    "Vision transformer",
    22_050_664,
    "A transformer with strong pretrained features; best with a GPU.",
    **HALF,
)
_card(
    "deit_tiny_patch16_224",
    "DeiT tiny",
    "Vision transformer",
    5_717_416,
    "A small transformer trained on ImageNet alone.",
)
_card(
    "swin_tiny_patch4_window7_224",
    "Swin tiny",
    "Vision transformer",
    28_288_354,
    "A transformer in stages, like a convolutional network; good for detail.",
)
