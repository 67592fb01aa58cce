"""Pretrained weights: where they are, and reading them without trusting them.

Weights are safetensors, never pickle. A file is checked against its own header before anything is allocated.
"""

import hashlib
import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.overrides import TorchFunctionMode

from core.errors import WeightsError
from core.home import Home
from core.training.origins import WEIGHTS, folder_of

Tensors = dict[str, torch.Tensor]

SECONDS_TO_CONNECT = 5.0


@dataclass(frozen=True)
class WeightsFolder:
    """A folder in timm's form: config.json and model.safetensors."""

    path: Path

    @property
    def config(self) -> dict[str, Any]:
        try:
            config = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise WeightsError(f"{self.path.name}: its config.json cannot be read ({error}).") from None
        if not isinstance(config, dict) or not isinstance(config.get("architecture"), str):
            raise WeightsError(f"{self.path.name}: its config.json names no architecture.")
        for name in ("pretrained_cfg", "model_args"):
            if not isinstance(config.get(name) or {}, dict):
                raise WeightsError(f"{self.path.name}: {name} in its config.json is not a list of names and values.")
        return config

    @property
    def file(self) -> Path:
        """The weights, once they are known to be whole."""
        check_tensors(self.path / WEIGHTS)
        return self.path / WEIGHTS

    @property
    def names(self) -> set[str]:
        """Of all its tensors."""
        with _opened(self.path / WEIGHTS) as file:
            return set(file.keys())

    def tensors(self) -> Tensors:
        return read_tensors(self.path / WEIGHTS)


def read_tensors(path: Path) -> Tensors:
    """Every tensor of a safetensors file; a file that is torn, lying or something else gives a sentence."""
    with _opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


DRAWN = {
    *("uniform_", "normal_", "trunc_normal_", "orthogonal_"),
    *("kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "xavier_normal_"),
}
"""How layers begin by chance."""


class Unfilled(TorchFunctionMode):
    """A network that is built in here begins with whatever its memory held: to be filled from a file at once.

    Drawing millions of numbers that are then overwritten takes most of the time that a network takes to be built.
    """

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func.__name__ in DRAWN:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def write_tensors(tensors: Tensors, path: Path) -> None:
    try:
        save_file(tensors, path)
    except SafetensorError as error:
        told = re.search(r"os error (\d+)", str(error))  # a full disk is no bug
        raise OSError(int(told[1]), os.strerror(int(told[1]))) if told else error from error


def check_tensors(path: Path) -> None:
    """Only whether the file is what it says: its header against its size, before anything is allocated."""
    with _opened(path):
        pass


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    where = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        raise WeightsError(f"{where} is not there: weights must be safetensors, pickles are never read.")
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{where} is not a whole safetensors file ({error}).") from None


def fetched(name: str, about: Mapping[str, Any]) -> Path:
    """The weights that timm publishes under a name: from the hub's cache, else the hub, else one sentence."""
    from huggingface_hub import constants, hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError

    if not about.get("hf_hub_id"):
        raise WeightsError(f"timm publishes no pretrained weights for {name}; choose pretrained: false.")
    wanted = {"repo_id": about["hf_hub_id"], "filename": WEIGHTS}
    try:
        return Path(hf_hub_download(**wanted, local_files_only=True))
    except OSError:
        pass  # not in the cache
    try:
        _check_reachable(constants.ENDPOINT)
        return Path(hf_hub_download(**wanted))
    except (OSError, ValueError, HfHubHTTPError) as error:
        raise WeightsError(
            f"The pretrained weights of {name} cannot be fetched ({type(error).__name__}); put a folder {name} with "
            f"config.json and {WEIGHTS} below THAW_WEIGHTS, choose a backbone that is here, or pretrained: false."
        ) from None


def _check_reachable(endpoint: str) -> None:
    """Fail at once where there is no network: the hub's own client tries for most of a minute."""
    address = urlsplit(endpoint)
    if address.hostname and not getproxies():
        port = address.port or (443 if address.scheme == "https" else 80)
        socket.create_connection((address.hostname, port), timeout=SECONDS_TO_CONNECT).close()


def find_folder(backbone: str, home: Home) -> WeightsFolder | None:
    """The folder that holds a backbone, if one does."""
    folder = folder_of(backbone, home)
    return WeightsFolder(folder) if folder else None


def hash_of(tensors: Tensors) -> str:
    """A hash of names, shapes and values: equal weights, equal hash."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu()
        digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        digest.update(tensor.flatten().numpy().data)
    return digest.hexdigest()
