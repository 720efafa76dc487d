"""The encoder's graph in whole numbers of 8 bits: faster and smaller, a little less exact.

Only the encoder: its plain convolutions are what such numbers speed up. A loop's many small operations gained
nothing when they were tried. Needs the packages of training.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from handtrack.engines.graph_export import EncoderGraph, export_module, name_weights, quiet
from handtrack.engines.graph_files import DIGEST_KEY, ENCODE_INT8, graph_path, int8_report
from handtrack.engines.graphs import ENCODE, graph_plans
from handtrack.engines.int8_probe import PROBE_KEY, probe_crop, probe_values
from handtrack.errors import ModelError
from handtrack.model.checkpoint import load_weights
from handtrack.model.weights_file import weights_digest

if TYPE_CHECKING:
    import onnx


def quantise_encoder(weights: Path, crops: np.ndarray) -> Path:
    """Write the encoder's graph with 8-bit convolutions beside a weights file, and give its path.

    What it gives in exact arithmetic is noted beside it (`int8_probe`).

    crops: (N, 128, 128, 3) uint8 BGR, hands by which the ranges of all values are found. Raises ModelError
    for weights that cannot be used, or where a package is missing.
    """
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_static
    except ImportError as error:
        raise ModelError(f"{error.name} is missing: pip install 'handtrack[onnxruntime,train]'") from None
    network, _ = load_weights(weights)
    plain = copy.deepcopy(network)
    _fuse_norms(plain.backbone)
    (plan,) = (plan for plan in graph_plans(network.architecture) if plan.name == ENCODE)
    exact = export_module(_TurnedLast(plain), plan, network.architecture.channels)
    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        quantised = Path(folder) / "quantised.onnx"
        with quiet():
            quantize_static(
                exact,
                quantised,
                _Feeds(crops),
                op_types_to_quantize=["Conv"],
                nodes_to_exclude=_readers_of_fine(exact),
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                # Weights in 7 bits: without VNNI two products are added in 16 bits, which 8 bits overflow.
                reduce_range=True,
            )
        model: onnx.ModelProto = onnx.load(quantised)
    name_weights(model, weights_digest(weights))
    path = graph_path(weights, ENCODE_INT8)
    temporary = path.with_name(path.name + ".part")
    onnx.save(model, temporary)
    temporary.replace(path)
    noted = {
        DIGEST_KEY: weights_digest(weights),
        PROBE_KEY: probe_values(_exact_fine_features(path, probe_crop())),
    }
    int8_report(weights).write_text(json.dumps(noted) + "\n", encoding="utf-8")
    return path


def _exact_fine_features(path: Path, crop: np.ndarray) -> np.ndarray:
    """The fine features of a crop by a graph in 8 bits in exact arithmetic, on any processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # As written: numbers in 8 bits become floats before they are multiplied.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    fine: np.ndarray = session.run(None, {session.get_inputs()[0].name: crop})[1]
    return fine


class _TurnedLast(EncoderGraph):
    """The encoder with an operation behind the turning of its fine features, which are positive.

    Without it OpenVINO turns the values twice, for a sixth of the time of the whole.
    """

    def forward(self, crops: Tensor) -> tuple[Tensor, ...]:
        middle, fine, presence, right = super().forward(crops)
        return middle, F.relu(fine), presence, right


class _Feeds:
    """Crops one at a time, as the quantiser asks for them."""

    def __init__(self, crops: np.ndarray) -> None:
        self._crops: Iterator[np.ndarray] = iter(crops)

    def get_next(self) -> dict[str, Any] | None:
        crop = next(self._crops, None)
        return None if crop is None else {"crops": crop[None]}


def _readers_of_fine(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions that read the fine features.

    In 8 bits they would have these features in 8 bits too, which the loops look closely at; and OpenVINO
    would turn them twice.
    """
    makers = {output: node for node in model.graph.node for output in node.output}
    fine = model.graph.output[1].name
    while makers[fine].op_type in ("Identity", "Relu", "Transpose") and makers[fine].input[0] in makers:
        turned = makers[fine].op_type == "Transpose"
        fine = makers[fine].input[0]
        if turned:
            break
    return [node.name for node in model.graph.node if node.op_type == "Conv" and fine in node.input]


def _fuse_norms(module: nn.Module) -> None:
    """Put every normalisation into the convolution before it, so that one range serves both."""
    last_name, last = "", None
    for name, child in list(module.named_children()):
        if isinstance(last, nn.Conv2d) and isinstance(child, nn.BatchNorm2d):
            setattr(module, last_name, fuse_conv_bn_eval(last, child))
            setattr(module, name, nn.Identity())
        else:
            _fuse_norms(child)
        last_name, last = name, child
