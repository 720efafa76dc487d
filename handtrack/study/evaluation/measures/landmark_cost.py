"""What MediaPipe's landmark networks cost, counted as our own network is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from handtrack.detectors.bundle import LANDMARK_MODEL, read_model
from handtrack.model.cost import NetworkCost


def landmark_network_cost(bundle: Path) -> NetworkCost:
    """Cost of the landmark network in a hand bundle of MediaPipe's. Raises ModelError where it is damaged."""
    from handtrack.engines.openvino_package import openvino_core

    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        model = Path(folder) / LANDMARK_MODEL
        model.write_bytes(read_model(LANDMARK_MODEL, bundle))
        operations = openvino_core().read_model(model).get_ops()
        parameters = sum(
            int(np.prod(each.get_output_shape(0)))
            for each in operations
            if each.get_type_name() == "Constant" and each.get_output_element_type(0).is_real()
        )
        return NetworkCost(parameters, sum(map(_operation_macs, operations)), (0,))


def _operation_macs(operation: Any) -> int:
    kind = operation.get_type_name()
    if kind == "MatMul":
        summed = operation.get_input_shape(0)[-2 if operation.get_attributes()["transpose_a"] else -1]
    elif kind in ("Convolution", "GroupConvolution"):
        # Weights: (group,) outputs, then what is summed over for one output value.
        weights = operation.get_input_shape(1)
        summed = int(np.prod(weights[1 if kind == "Convolution" else 2 :]))
    else:
        return 0
    return int(np.prod(operation.get_output_shape(0))) * int(summed)
