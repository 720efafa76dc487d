"""What a network costs: parameters, and multiply-accumulates of the encoder and of every loop."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from handtrack.detectors.bundle import LANDMARK_MODEL, read_model
from handtrack.model.constants import CROP_PIXELS

if TYPE_CHECKING:
    from handtrack.model.network import HandNetwork


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """Cost of one hand. Multiply-accumulates are those of convolutions and matrix products.

    encoder: what runs once. loops: (L,), each loop's own; one of 0 for a network without loops.
    """

    parameters: int
    encoder: int
    loops: tuple[int, ...]

    @property
    def mmac(self) -> tuple[float, ...]:
        """Million multiply-accumulates (L,) up to and with each loop."""
        return tuple(((self.encoder + np.cumsum(self.loops)) / 1e6).tolist())


def network_cost(network: HandNetwork) -> NetworkCost:
    """Cost of a network in evaluation mode, counted while it looks at one crop."""
    import torch

    from handtrack.model.network import LoopState

    with torch.no_grad():
        crop = torch.zeros(1, 3, CROP_PIXELS, CROP_PIXELS)
        encoding, encoder = count_macs(partial(network.encode, crop))
        state, loops = LoopState(None, None), []
        for loop in range(network.architecture.loops):
            (_, state), macs = count_macs(partial(network.refine, encoding.features, state, loop))
            loops.append(macs)
    return NetworkCost(sum(each.numel() for each in network.parameters()), encoder, tuple(loops))


def count_macs(run: Callable[[], Any]) -> tuple[Any, int]:
    """What a function that runs torch gives, and its multiply-accumulates."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        result = run()
    return result, counter.get_total_flops() // 2


def landmark_network_cost(bundle: Path) -> NetworkCost:
    """Cost of the landmark network in a hand bundle of MediaPipe's. Raises ModelError where it is damaged."""
    from handtrack.datasets.labelling.teacher import load_openvino

    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        model = Path(folder) / LANDMARK_MODEL
        model.write_bytes(read_model(LANDMARK_MODEL, bundle))
        operations = load_openvino().Core().read_model(model).get_ops()
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
