"""The layers of MediaPipe's lite landmark network (Apache-2.0) as numbers, read from its file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from handtrack.detectors.bundle import LANDMARK_MODEL, read_model
from handtrack.engines.openvino_package import load_openvino, openvino_core
from handtrack.errors import ModelError

_WITH_WEIGHTS = ("Convolution", "GroupConvolution", "MatMul")


class Layer(NamedTuple):
    """weight: float32, (outputs, inputs of a group, K, K), or (outputs, inputs). bias: (outputs,)."""

    weight: np.ndarray
    bias: np.ndarray


def lite_layers(bundle: Path) -> list[Layer]:
    """All convolutions in the order in which they run, then the product that gives the image coordinates.

    bundle: `ensure_lite_bundle`. Raises ModelError where it or OpenVINO cannot be used.
    """
    core = openvino_core()
    # OpenVINO reads this format from files only.
    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        path = Path(folder) / LANDMARK_MODEL
        path.write_bytes(read_model(LANDMARK_MODEL, bundle))
        try:
            model = core.read_model(path)
        except RuntimeError as error:
            raise ModelError(
                f"the landmark network of {bundle} cannot be read ({' '.join(str(error).split())[:120]}); "
                "delete the bundle and run `handtrack models`"
            ) from None
        coordinates = model.outputs[0].get_node().input_value(0).get_node()
        places = [place for place in _weights(model) if place.product in (None, coordinates.get_name())]
        # What the file keeps in half precision is an operation on constants: all are computed at once.
        graph = load_openvino().Model(
            [each for place in places for each in (place.weight, place.bias)], [], "layers"
        )
        exact = core.compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        values = [np.array(value, np.float32) for value in exact({}).values()]
    return [
        Layer(weight[:, 0] if weight.ndim == 5 else weight, bias.reshape(-1))
        for weight, bias in zip(values[::2], values[1::2], strict=True)
    ]


class _Place(NamedTuple):
    """Where a layer's numbers are in the graph. product: of one without a kernel, the name of the sum."""

    weight: Any
    bias: Any
    product: str | None


def _weights(model: Any) -> Iterator[_Place]:
    for node in model.get_ordered_ops():
        if node.get_type_name() in _WITH_WEIGHTS:
            (reader, *_) = node.output(0).get_target_inputs()
            total = reader.get_node()
            bias = total.input_value(1 - reader.get_index())
            product = total.get_name() if node.get_type_name() == "MatMul" else None
            yield _Place(node.input_value(1), bias, product)
