"""A run's network as an ONNX graph: prepared pictures in, a probability per class out."""

import json
import warnings
from typing import TYPE_CHECKING, Any, Protocol

from core.data.pixels import Preparation
from core.errors import MissingExtra, TrainingError

if TYPE_CHECKING:
    import numpy as np
    from onnx import ModelProto
    from torch import nn

INPUT, OUTPUT = "pictures", "probabilities"


class Answering(Protocol):
    """What is exported: a network that says what a run says."""

    @property
    def model(self) -> Any: ...
    @property
    def classes(self) -> tuple[str, ...]: ...
    @property
    def preparation(self) -> Preparation: ...
    def probabilities_of(self, canvases: "np.ndarray") -> "np.ndarray": ...


def insist_on_onnx() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError:
        raise MissingExtra("Writing ONNX", "onnx") from None


def network_graph(answering: Answering) -> "ModelProto":
    """The network and a softmax behind it, for any number of pictures at once."""
    import torch

    height, width = answering.preparation.size
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter speaks of its own insides
        try:
            program = torch.onnx.export(
                _with_probabilities(answering.model),
                (torch.zeros(2, 3, height, width),),
                input_names=[INPUT],
                output_names=[OUTPUT],
                dynamic_shapes={INPUT: {0: "batch"}},
                dynamo=True,
                verbose=False,
            )
        except torch.onnx.errors.OnnxExporterError as error:
            cause = " ".join(str(error).split())[:200]
            raise TrainingError(f"This network cannot be written as ONNX ({cause}); leave --onnx away.") from None
    assert program is not None
    return program.model_proto


def _with_probabilities(model: "nn.Module") -> "nn.Module":
    import copy

    import torch
    from torch import nn

    class Probabilities(nn.Module):
        """The same network, answering with probabilities."""

        def __init__(self) -> None:
            super().__init__()
            self.network = copy.deepcopy(model).to("cpu", memory_format=torch.contiguous_format)  # type: ignore[call-overload]

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            return self.network(pictures).softmax(1)

    return Probabilities().eval()


def describe(graph: "ModelProto", answering: Answering) -> None:
    """Write into the file what whoever opens it needs: the classes in their order, and what pictures it takes."""
    about = {"classes": list(answering.classes), "preparation": answering.preparation.to_json()}
    for key, value in about.items():
        graph.metadata_props.add(key=key, value=json.dumps(value, ensure_ascii=False))
