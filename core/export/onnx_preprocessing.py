"""The way from any picture to the network's input as an ONNX graph, to stand before the network's own.

It takes bytes (pictures x height x width x 3) of any one size. Resizing is written as Pillow does it: each row of the
result is a weighted mean of rows that were there (a triangle around its place, wider where the picture shrinks), first
across, then down, rounded after each. So it depends on no runtime's own idea of resizing; how far it lies from Pillow
all the same is measured (`onnx_parity`), not promised.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.pixels import Preparation
from core.export.onnx_network import INPUT

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

PREPARED = "prepared"
SIDES = [2, 3]
"""The axes of height and width, colours before them."""


def preparing_graph(preparation: Preparation, like: "ModelProto") -> "ModelProto":
    """Bytes in, what the network takes out; in the same version of ONNX as the network."""
    from onnx import TensorProto, helper

    graph = _Graph()
    pictures = graph.node("Transpose", graph.cast(INPUT, TensorProto.FLOAT), perm=[0, 3, 1, 2])
    canvas = _FITTED[preparation.fit](graph, pictures, preparation)
    seen = graph.node("CenterCropPad", canvas, graph.constant(np.array(preparation.size)), axes=SIDES)
    shares = graph.node("Div", seen, graph.constant(np.float32(255)))
    shifted = graph.node("Sub", shares, graph.constant(_per_colour(preparation.mean)))
    graph.node("Div", shifted, graph.constant(_per_colour(preparation.std)), output=PREPARED)
    made = helper.make_graph(
        graph.nodes,
        "preparing",
        [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["batch", "height", "width", 3])],
        [helper.make_tensor_value_info(PREPARED, TensorProto.FLOAT, ["batch", 3, *preparation.size])],
        graph.constants,
    )
    return helper.make_model(made, opset_imports=like.opset_import, ir_version=like.ir_version, producer_name="thaw")


def with_preparing(network: "ModelProto", preparing: "ModelProto") -> "ModelProto":
    """One graph from bytes to probabilities."""
    from onnx import compose

    inner = compose.add_prefix(network, "network/", rename_inputs=True, rename_outputs=False)
    return compose.merge_models(preparing, inner, io_map=[(PREPARED, f"network/{INPUT}")])


def _per_colour(figures: tuple[float, ...]) -> np.ndarray:
    return np.array(figures, np.float32).reshape(1, 3, 1, 1)


class _Graph:
    """Nodes in their order, and the constants that they take; everything goes by its name."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def node(self, kind: str, *inputs: str, output: str = "", **how: Any) -> str:
        from onnx import helper

        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **how))
        return output

    def constant(self, value: object) -> str:
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def cast(self, what: str, to: int) -> str:
        return self.node("Cast", what, to=to)

    def part(self, pair: str, place: int) -> str:
        """One of two figures, as a scalar: the first is of heights, the second of widths."""
        return self.node("Gather", pair, self.constant(np.int64(place)))


def _squashed(graph: _Graph, pictures: str, preparation: Preparation) -> str:
    whole, nothing = _sides(graph, pictures), graph.constant(np.zeros(2))
    return _resized(graph, pictures, nothing, whole, graph.constant(np.array(preparation.canvas, np.float64)))


def _cropped(graph: _Graph, pictures: str, preparation: Preparation) -> str:
    """The largest middle part of the canvas's shape."""
    sides, canvas = _sides(graph, pictures), graph.constant(np.array(preparation.canvas, np.float64))
    least = graph.node("ReduceMin", graph.node("Div", sides, canvas), keepdims=1)
    part = graph.node("Mul", least, canvas)
    before = graph.node("Div", graph.node("Sub", sides, part), graph.constant(np.float64(2)))
    return _resized(graph, pictures, before, part, canvas)


def _padded(graph: _Graph, pictures: str, preparation: Preparation) -> str:
    """The whole picture, as large as it fits in; black borders come when it is brought to its size."""
    sides, size = _sides(graph, pictures), graph.constant(np.array(preparation.size, np.float64))
    scale = graph.node("ReduceMin", graph.node("Div", size, sides), keepdims=1)
    fitting = graph.node("Round", graph.node("Mul", sides, scale))
    fitting = graph.node("Max", fitting, graph.constant(np.float64(1)))
    return _resized(graph, pictures, graph.constant(np.zeros(2)), sides, fitting)


_FITTED = {"squash": _squashed, "crop": _cropped, "pad": _padded}


def _sides(graph: _Graph, pictures: str) -> str:
    """Height and width, in numbers precise enough to be rounded as Python rounds."""
    from onnx import TensorProto

    return graph.cast(graph.node("Shape", pictures, start=2, end=4), TensorProto.DOUBLE)


def _resized(graph: _Graph, pictures: str, before: str, part: str, size: str) -> str:
    """The part of the pictures that begins at `before`, at its new size: across first, then down."""
    across = _weights(graph, pictures, 1, before, part, size)
    turned = graph.node("Transpose", across, perm=[1, 0])
    pictures = _rounded(graph, graph.node("MatMul", pictures, turned))
    return _rounded(graph, graph.node("MatMul", _weights(graph, pictures, 0, before, part, size), pictures))


def _weights(graph: _Graph, pictures: str, axis: int, before: str, part: str, size: str) -> str:
    """How much each old row counts in each new one: a matrix, new x old."""
    from onnx import TensorProto

    length = graph.part(_sides(graph, pictures), axis)
    before, part, size = (graph.part(each, axis) for each in (before, part, size))
    step = graph.node("Div", part, size)
    centres = graph.node("Add", graph.node("Mul", _halves(graph, size), step), before)
    centres = graph.node("Unsqueeze", centres, graph.constant(np.array([1])))
    apart = graph.node("Abs", graph.node("Sub", _halves(graph, length), centres))
    reach = graph.node("Max", step, graph.constant(np.float64(1)))
    counted = graph.node("Sub", graph.constant(np.float64(1)), graph.node("Div", apart, reach))
    counted = graph.node("Max", counted, graph.constant(np.float64(0)))
    total = graph.node("ReduceSum", counted, graph.constant(np.array([1])), keepdims=1)
    return graph.cast(graph.node("Div", counted, total), TensorProto.FLOAT)


def _halves(graph: _Graph, count: str) -> str:
    """0.5, 1.5, 2.5, ...: the middles of so many pixels."""
    first, step = graph.constant(np.float64(0)), graph.constant(np.float64(1))
    return graph.node("Add", graph.node("Range", first, count, step), graph.constant(np.float64(0.5)))


def _rounded(graph: _Graph, pictures: str) -> str:
    return graph.node("Floor", graph.node("Add", pictures, graph.constant(np.float32(0.5))))
