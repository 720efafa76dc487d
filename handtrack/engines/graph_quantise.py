"""The encoder's graph in whole numbers of 8 bits: faster and smaller, a little less exact.

Only the encoder: its plain convolutions are what such numbers speed up. A loop, whose time is many small
operations, gains a fifth (docs/speed.md). Needs the packages of training.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from handtrack.engines.graph_export import EncoderGraph, export_module, load_onnx, name_weights
from handtrack.engines.graph_files import DIGEST_KEY, ENCODE_INT8, graph_path, int8_report
from handtrack.engines.graphs import ENCODE, graph_plans
from handtrack.engines.int8_probe import PROBE_KEY, probe_crop, probe_values
from handtrack.engines.quantising import in_8_bits, in_exact_arithmetic
from handtrack.model.checkpoint import load_weights
from handtrack.model.weights_file import weights_digest

if TYPE_CHECKING:
    import onnx

_FINE: Final = 1
"""Of the encoder's outputs the fine features."""


def quantise_encoder(weights: Path, crops: np.ndarray) -> Path:
    """Write the encoder's graph with 8-bit convolutions beside a weights file, and give its path.

    What it gives in exact arithmetic is noted beside it (`int8_probe`).

    crops: (N, 128, 128, 3) uint8 BGR, hands by which the ranges of all values are found. Raises ModelError
    for weights that cannot be used, or where a package is missing.
    """
    onnx = load_onnx()
    network, _ = load_weights(weights)
    plain = copy.deepcopy(network)
    _fuse_norms(plain.backbone)
    (plan,) = (plan for plan in graph_plans(network.architecture) if plan.name == ENCODE)
    exact = export_module(_TurnedLast(plain), plan, network.architecture.channels)
    model = in_8_bits(exact, ({"crops": crop[None]} for crop in crops), _readers_of_fine(exact))
    name_weights(model, weights_digest(weights))
    path = graph_path(weights, ENCODE_INT8)
    temporary = path.with_name(path.name + ".part")
    onnx.save(model, temporary)
    temporary.replace(path)
    noted = {
        DIGEST_KEY: weights_digest(weights),
        PROBE_KEY: probe_values(in_exact_arithmetic(path, probe_crop())[_FINE]),
    }
    int8_report(weights).write_text(json.dumps(noted) + "\n", encoding="utf-8")
    return path


class _TurnedLast(EncoderGraph):
    """The encoder with an operation behind the turning of its fine features, which are positive.

    Without it OpenVINO turns the values twice, for a sixth of the time of the whole.
    """

    def forward(self, crops: Tensor) -> tuple[Tensor, ...]:
        middle, fine, presence, right = super().forward(crops)
        return middle, F.relu(fine), presence, right


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
