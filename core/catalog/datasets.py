"""Datasets that Thaw knows by name. A card holds facts; how the pictures are read stands in `core.data`.

A folder or an archive below `THAW_DATA` that is named like a card satisfies it; any other folder there is a dataset
of its own, without a card.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.catalog import class_names

DEFAULT_DATASET = "digits"

RESEARCH = "research use"


@dataclass(frozen=True, kw_only=True)
class DatasetCard:
    """What a person needs to choose a dataset, and what `core.data` needs to find and read it."""

    name: str
    title: str
    classes: int
    pictures: int
    size: tuple[int, int]
    """Height and width of a picture, or of a typical one where they differ."""
    colour: bool
    licence: str
    when: str
    """One sentence: when to choose it."""
    loader: str = "folder"
    """How its files are read; "folder" is class folders, with or without splits."""
    places: tuple[str, ...] = ()
    """Names under which its folder or archive is also found; capitals, blanks, - and _ do not matter."""
    labels: tuple[str, ...] = ()
    """The classes' names, where the files themselves hold only numbers or codes."""
    flaws: tuple[tuple[str, str], ...] = ()
    """Files of the original that are no pictures of their class, and why."""
    mirror: bool = True
    """Whether a mirrored picture still shows the same thing; false for digits and text."""
    terms: str = ""
    """What to cite or to observe beyond the licence."""
    download: bool = True
    """Whether it can be fetched where it is not found."""
    built_in: bool = False
    made_from: str = ""
    """The card whose files it is composed from, where it has none of its own."""
    suggested: Mapping[str, Any] = field(default_factory=dict)
    """Fields of a first recipe on it, in their JSON form: what a person begins with who has not chosen yet."""

    @property
    def source_name(self) -> str:
        """The card whose files are looked for."""
        return self.made_from or self.name


TURNED_AND_SHIFTED = [{"name": "crop_flip", "mirror": False}, {"name": "rotation"}]

_CARDS = [
    DatasetCard(
        name="digits",
        title="Digits (8 x 8)",
        classes=10,
        pictures=1797,
        size=(8, 8),
        colour=False,
        licence="CC BY 4.0",
        when="Choose it to see everything work within a minute, without any download.",
        loader="digits",
        labels=class_names.DIGITS,
        mirror=False,
        terms="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, as shipped with scikit-learn.",
        built_in=True,
        # Few pictures are where a pretrained start pays: benchmarks/first_lesson.py measures that lesson.
        suggested={"examples_per_class": 5, "epochs": 40, "augmentation": TURNED_AND_SHIFTED},
    ),
    DatasetCard(
        name="digit_sums",
        title="Sums of four digits (8 x 32)",
        classes=37,
        pictures=5994,
        size=(8, 32),
        colour=False,
        licence="CC BY 4.0",
        when="Choose it for a task that no pretrained network was made for: four digits side by side, the label their"
        " sum; every sum is equally frequent, and no digit stands in two splits.",
        loader="digit_sums",
        labels=class_names.SUMS,
        mirror=False,
        terms="Composed from scikit-learn's digits.",
        built_in=True,
        suggested={"image_size": [40, 160]},
    ),
    DatasetCard(
        name="mnist",
        title="MNIST",
        classes=10,
        pictures=70_000,
        size=(28, 28),
        colour=False,
        licence="CC BY-SA 3.0",
        when="Choose it as the classic of handwritten digits, large and easy.",
        loader="idx",
        labels=class_names.DIGITS,
        mirror=False,
        terms="LeCun, Cortes and Burges.",
    ),
    DatasetCard(
        name="mnist_sums",
        title="Sums of four MNIST digits (28 x 112)",
        classes=37,
        pictures=25_752,
        size=(28, 112),
        colour=False,
        licence="CC BY-SA 3.0",
        when="Choose it for sums of digits at a size where convolutional networks are at home; made from MNIST, every"
        " sum equally frequent, no digit in two splits.",
        loader="mnist_sums",
        made_from="mnist",
        labels=class_names.SUMS,
        mirror=False,
        terms="Composed from MNIST.",
        suggested={"image_size": [40, 160]},
    ),
    DatasetCard(
        name="fashion_mnist",
        title="Fashion-MNIST",
        classes=10,
        pictures=70_000,
        size=(28, 28),
        colour=False,
        licence="MIT",
        when="Choose it for small grey pictures of clothes that are harder than digits.",
        loader="idx",
        labels=class_names.FASHION,
        terms="Xiao, Rasul and Vollgraf 2017.",
    ),
    DatasetCard(
        name="cifar10",
        title="CIFAR-10",
        classes=10,
        pictures=60_000,
        size=(32, 32),
        colour=True,
        licence=RESEARCH,
        when="Choose it for the most compared-against small colour pictures.",
        loader="cifar10",
        places=("cifar-10-batches-bin", "cifar-10-binary"),
        labels=class_names.CIFAR10,
        terms="Krizhevsky 2009.",
    ),
    DatasetCard(
        name="cifar100",
        title="CIFAR-100",
        classes=100,
        pictures=60_000,
        size=(32, 32),
        colour=True,
        licence=RESEARCH,
        when="Choose it when ten classes are too easy: the same size of pictures, a hundred classes.",
        loader="cifar100",
        places=("cifar-100-binary",),
        terms="Krizhevsky 2009.",
    ),
    DatasetCard(
        name="svhn",
        title="Street View House Numbers",
        classes=10,
        pictures=99_289,
        size=(32, 32),
        colour=True,
        licence="non-commercial use",
        when="Choose it for digits as they are photographed in the street.",
        loader="svhn",
        labels=class_names.DIGITS,
        mirror=False,
        terms="Netzer et al. 2011.",
    ),
    DatasetCard(
        name="eurosat",
        title="EuroSAT",
        classes=10,
        pictures=27_000,
        size=(64, 64),
        colour=True,
        licence="MIT",
        when="Choose it to see how far features learned on photographs carry to satellite pictures.",
        terms="Helber et al. 2019.",
    ),
    DatasetCard(
        name="flowers102",
        title="Oxford Flowers 102",
        classes=102,
        pictures=8189,
        size=(500, 600),
        colour=True,
        licence=RESEARCH,
        when="Choose it for many similar classes with only ten training pictures each.",
        loader="flowers102",
        places=("flowers-102",),
        labels=class_names.FLOWERS,
        terms="Nilsback and Zisserman 2008.",
    ),
    DatasetCard(
        name="oxford_pets",
        title="Oxford-IIIT Pets",
        classes=37,
        pictures=7349,
        size=(375, 500),
        colour=True,
        licence="CC BY-SA 4.0",
        when="Choose it for cats and dogs by breed: photographs on which pretrained networks shine.",
        loader="oxford_pets",
        places=("oxford-iiit-pet",),
        terms="Parkhi et al. 2012.",
    ),
    DatasetCard(
        name="food101",
        title="Food-101",
        classes=101,
        pictures=101_000,
        size=(512, 512),
        colour=True,
        licence=RESEARCH,
        when="Choose it for a large task with honest noise in the training labels.",
        loader="food101",
        places=("food-101",),
        terms="Bossard, Guillaumin and Van Gool 2014.",
    ),
    DatasetCard(
        name="imagenette",
        title="Imagenette",
        classes=10,
        pictures=13_394,
        size=(160, 213),
        colour=True,
        licence="Apache-2.0 (pictures: ImageNet's terms)",
        when="Choose it to try things quickly on ten easy classes of ImageNet, which most backbones have already seen.",
        places=("imagenette2", "imagenette2-160", "imagenette2-320"),
        labels=class_names.IMAGENETTE,
        terms="fast.ai.",
    ),
    DatasetCard(
        name="stl10",
        title="STL-10",
        classes=10,
        pictures=13_000,
        size=(96, 96),
        colour=True,
        licence=RESEARCH,
        when="Choose it for few labelled pictures at a size between CIFAR and photographs.",
        loader="stl10",
        places=("stl10_binary",),
        labels=class_names.STL10,
        terms="Coates, Ng and Lee 2011.",
    ),
    DatasetCard(
        name="hymenoptera",
        title="Ants and bees",
        classes=2,
        pictures=397,
        size=(375, 500),
        colour=True,
        licence=RESEARCH,
        when="Choose it for the classic first lesson of transfer learning: two classes, few photographs.",
        places=("hymenoptera_data",),
        flaws=(("imageNotFound.gif", "it is a placeholder that says the image was not found, not a photograph"),),
        terms="From the PyTorch transfer learning tutorial, a subset of ImageNet.",
    ),
    DatasetCard(
        name="boats",
        title="Boats of Venice",
        classes=16,
        pictures=5193,
        size=(96, 320),
        colour=True,
        licence=RESEARCH,
        when="Choose it for wide pictures and classes of very different size: most boats are of three kinds.",
        terms="Cite Bloisi, Iocchi, Pennisi and Tombolini 2015 (MarDCT).",
        download=False,
        suggested={"image_size": [96, 320]},
    ),
]

DATASETS: dict[str, DatasetCard] = {card.name: card for card in _CARDS}
