"""From the finder's weights to the graph that runs without torch; needs the packages of training."""

from __future__ import annotations

import io
import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from handtrack.detectors.finder_choice import in_8_bits_of, probe_frame, probed
from handtrack.engines.graph_export import load_onnx
from handtrack.engines.int8_probe import PROBE_KEY
from handtrack.engines.quantising import in_8_bits, in_exact_arithmetic
from handtrack.model.checkpoint import load_finder
from handtrack.model.weights_file import weights_digest

if TYPE_CHECKING:
    import onnx

_OPSET: Final = 17
_EXACT: Final = re.compile(r"/(stem|answer)/")
"""Convolutions that stay exact in the graph in 8 bits. With the stem in 8 bits too, scores of 160 pictures
were off by 0.008 on average and 0.047 at most, instead of 0.005 and 0.026, for a tenth of the time."""
_HALVED: Final = 1000  # numbers that a constant has at least to be kept in half precision


def export_finder(weights: Path, graph: Path) -> None:
    """Write a finder's weights as a graph with all constants in it, the large ones in half precision.

    Raises ModelError for weights that cannot be used, or where a package is missing.
    """
    model = _exact(weights)
    _halve_constants(model)
    _save(model, weights, graph)


def export_finder_in_8_bits(weights: Path, graph: Path, frames: np.ndarray) -> Path:
    """Write a finder's weights as a graph that counts in 8 bits, beside the exact one; gives its path.

    What it gives for a known frame in exact arithmetic is noted beside it, for `finder_choice`. frames:
    (N, 3, H, W) float32 as the network sees them, by which the ranges of all values are found. Raises as
    `export_finder`.
    """
    exact = _exact(weights)
    nodes = [node.name for node in exact.graph.node if node.op_type == "Conv" and _EXACT.match(node.name)]
    model = in_8_bits(exact, ({"frame": frame[None]} for frame in frames), nodes)
    path = in_8_bits_of(graph)
    _save(model, weights, path)
    noted = {PROBE_KEY: probed(in_exact_arithmetic(path, probe_frame())[0])}
    path.with_suffix(".json").write_text(json.dumps(noted) + "\n", encoding="utf-8")
    return path


def _exact(weights: Path) -> onnx.ModelProto:
    library = load_onnx()
    network = load_finder(weights)
    content = io.BytesIO()
    names = {"input_names": ["frame"], "output_names": ["answers"]}
    axes = {"frame": {2: "height", 3: "width"}, "answers": {2: "rows", 3: "columns"}}
    with warnings.catch_warnings():
        # The older exporter, which folds the normalisation into the convolutions.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, 160, 192),),
            content,  # type: ignore[arg-type]
            dynamo=False,
            opset_version=_OPSET,
            dynamic_axes=axes,
            **names,  # type: ignore[arg-type]
        )
    model: onnx.ModelProto = library.load_from_string(content.getvalue())
    return model


def _save(model: onnx.ModelProto, weights: Path, graph: Path) -> None:
    library = load_onnx()
    temporary = graph.with_name(graph.name + ".part")
    library.helper.set_model_props(model, {"handtrack": json.dumps({"finder": weights_digest(weights)})})
    library.save(model, temporary)
    temporary.replace(graph)


def _halve_constants(model: onnx.ModelProto) -> None:
    """Keep large constants in 16 bits, and make them 32 again where they are used: runtimes do so once."""
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    casts = []
    for constant in graph.initializer:
        values = numpy_helper.to_array(constant)
        if values.dtype != np.float32 or values.size < _HALVED:
            continue
        name = constant.name
        constant.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
