"""Published datasets, fetched where the network allows; where it does not, a sentence on what to put where.

torchvision knows the addresses and checks the sums. Where its own form is a pickle (CIFAR), the binary form is fetched
instead. It is imported here and only here, when something is really fetched.
"""

import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

from core.catalog.datasets import DatasetCard
from core.data.archives import archive_stem, extract
from core.data.building import building
from core.errors import DataError
from core.home import Home

PATIENCE = 30.0
"""Seconds that a server may be silent."""

Fetch = Callable[[Path], object]

CIFAR = "https://www.cs.toronto.edu/~kriz"
HYMENOPTERA = "https://download.pytorch.org/tutorial/hymenoptera_data.zip"


def archive_at(url: str, md5: str | None = None) -> Fetch:
    """Fetches an archive and unpacks it, trusting it no more than any other."""

    def fetch(folder: Path) -> None:
        from torchvision.datasets.utils import download_url

        name = url.rpartition("/")[2]
        packed = folder / "packed"
        download_url(url, packed, name, md5)
        extract(packed / name, _made(folder / "files"))

    return fetch


def torchvisions(name: str, **options: str) -> Fetch:
    """Fetches what a class of torchvision's fetches."""

    def fetch(folder: Path) -> None:
        import torchvision

        getattr(torchvision.datasets, name)(str(folder), download=True, **options)

    return fetch


def both(first: Fetch, second: Fetch) -> Fetch:
    def fetch(folder: Path) -> None:
        first(folder)
        second(folder)

    return fetch


FETCHES: dict[str, Fetch] = {
    "mnist": torchvisions("MNIST"),
    "fashion_mnist": torchvisions("FashionMNIST"),
    "cifar10": archive_at(f"{CIFAR}/cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530"),
    "cifar100": archive_at(f"{CIFAR}/cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8"),
    "svhn": both(torchvisions("SVHN", split="train"), torchvisions("SVHN", split="test")),
    "eurosat": torchvisions("EuroSAT"),
    "flowers102": torchvisions("Flowers102"),
    "oxford_pets": torchvisions("OxfordIIITPet"),
    "food101": torchvisions("Food101"),
    "imagenette": torchvisions("Imagenette", size="160px"),
    "stl10": torchvisions("STL10"),
    "hymenoptera": archive_at(HYMENOPTERA),
}


def fetched(card: DatasetCard, home: Home) -> Path:
    """The folder with the card's files, fetched if need be; it appears whole or not at all."""
    target = home.datasets / "found" / card.source_name
    if target.is_dir():
        return target
    if card.source_name not in FETCHES:
        raise DataError(f"{card.title} was not found and cannot be fetched; {_put_where(card)}.")
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with building(target) as draft:
            if draft is not None:
                FETCHES[card.source_name](draft)
                _clear(draft)
    except (OSError, RuntimeError, zipfile.BadZipFile) as error:  # torchvision says RuntimeError for a wrong sum
        cause = " ".join(str(error).split())[:120] or type(error).__name__
        raise DataError(f"{card.title} could not be fetched ({cause}); {_put_where(card)}.") from None
    finally:
        socket.setdefaulttimeout(before)
    return target


def _put_where(card: DatasetCard) -> str:
    name = card.source_name
    return (
        f"put its files or an archive of them as {name} or {name}.tar.gz into a folder and set THAW_DATA to that folder"
    )


def _clear(folder: Path) -> None:
    """Drop the archives whose content now lies beside them."""
    for path in [*folder.rglob("*")]:
        if path.is_file() and (archive_stem(path.name) is not None or path.name == "unlabeled_X.bin"):
            path.unlink()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
