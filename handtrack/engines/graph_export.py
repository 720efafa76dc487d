"""From a weights file to the graphs that run without torch (ONNX); needs the packages of training.

The graphs hold no weights: they point into the weights file beside them, so all of them together take less
than a twentieth of it.
"""

from __future__ import annotations

import importlib
import json
import logging
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.engines.graph_files import DIGEST_KEY, graph_path
from handtrack.engines.graphs import ENCODE, GraphPlan, graph_plans, value_shape
from handtrack.errors import ModelError
from handtrack.extras import installing
from handtrack.model.backbone import Features
from handtrack.model.checkpoint import load_weights
from handtrack.model.estimate import Estimate
from handtrack.model.network import HandNetwork, LoopState, normalise_crops
from handtrack.model.weights_file import weights_digest

if TYPE_CHECKING:
    import onnx

_OPSET = 18
_BATCH = 2  # of the example; a batch of one would be taken for a fixed size


def export_graphs(weights: Path) -> list[Path]:
    """Write a weights file's graphs beside it.

    Raises ModelError for weights that cannot be used, or where a package is missing.
    """
    onnx = load_onnx("onnxscript")  # the exporter's own need
    network, _ = load_weights(weights)
    places = _tensor_places(weights)
    digest = weights_digest(weights)
    written = []
    for plan in graph_plans(network.architecture):
        module = EncoderGraph(network) if plan.name == ENCODE else _Loop(network, plan)
        model = export_module(module, plan, network.architecture.channels)
        _point_into(model, weights.name, places)
        name_weights(model, digest)
        path = graph_path(weights, plan.name)
        temporary = path.with_name(path.name + ".part")
        onnx.save(model, temporary)
        temporary.replace(path)
        written.append(path)
    return written


def load_onnx(*besides: str) -> ModuleType:
    """The package that graphs are made with. besides: names of others that must be there.

    Raises ModelError where one is missing.
    """
    try:
        for name in besides:
            importlib.import_module(name)
        return importlib.import_module("onnx")
    except ImportError as error:
        raise ModelError(
            f"graphs are made with {error.name}, which is missing: {installing('train')}"
        ) from None


class EncoderGraph(nn.Module):
    """The network's encoder with the crops' bytes as input and channels last as output."""

    def __init__(self, network: HandNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, crops: Tensor) -> tuple[Tensor, ...]:
        """The outputs of the encoder's plan."""
        encoding = self.network.encode(normalise_crops(crops))
        features = encoding.features
        return (
            _channels_last(features.middle),
            _channels_last(features.fine),
            encoding.presence_logit.sigmoid(),
            encoding.right_logit.sigmoid(),
        )


class _Loop(nn.Module):
    """One loop of the network, with the values in the order of its plan."""

    def __init__(self, network: HandNetwork, plan: GraphPlan) -> None:
        super().__init__()
        self.network = network
        self._plan = plan

    def forward(
        self,
        middle: Tensor,
        fine: Tensor | None = None,
        xy: Tensor | None = None,
        z: Tensor | None = None,
        log_scale: Tensor | None = None,
        refined: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        middle = _channels_first(middle)
        fine = middle if fine is None else _channels_first(fine)
        refined = None if refined is None else _channels_first(refined)
        estimate = None
        if xy is not None and z is not None and log_scale is not None:
            estimate = Estimate(xy, z, log_scale)
        assert self._plan.loop is not None
        output, state = self.network.refine(
            Features(fine, middle, middle), LoopState(refined, estimate), self._plan.loop
        )
        # The features are positive, so that ReLU changes nothing; without an operation behind the turning,
        # OpenVINO turns the values twice, for a tenth of the loop's time.
        kept = () if state.refined is None else (F.relu(_channels_last(state.refined)),)
        return (*output.estimate[:3], output.exit_logit.sigmoid(), *kept)


def export_module(module: nn.Module, plan: GraphPlan, channels: int) -> onnx.ModelProto:
    """The graph of a module with the plan's inputs and outputs.

    channels: of the network's middle features.
    """
    batch = torch.export.Dim("batch", min=1, max=64)
    inputs = tuple(_example(name, channels) for name in plan.inputs)
    shapes = tuple({0: batch} for _ in inputs)
    with quiet(), torch.no_grad():
        program = torch.onnx.export(
            module.eval(),
            inputs,
            dynamo=True,
            dynamic_shapes=shapes,
            input_names=list(plan.inputs),
            # A loop gives what it takes; in a file the two need names of their own.
            output_names=[f"new_{name}" for name in plan.outputs],
            opset_version=_OPSET,
            optimize=False,
            verbose=False,
        )
    assert program is not None
    model: onnx.ModelProto = program.model_proto
    _strip(model)
    return model


def name_weights(model: onnx.ModelProto, digest: str) -> None:
    """Note in a graph which weights it belongs to, by their hash."""
    model.metadata_props.add(key=DIGEST_KEY, value=digest)


def _example(name: str, channels: int) -> Tensor:
    shape = (_BATCH, *value_shape(name, channels))
    return torch.zeros(shape, dtype=torch.uint8) if name == "crops" else torch.full(shape, 0.5)


def _channels_last(maps: Tensor) -> Tensor:
    return maps.permute(0, 2, 3, 1)


def _channels_first(maps: Tensor) -> Tensor:
    return maps.permute(0, 3, 1, 2)


def _tensor_places(weights: Path) -> dict[str, tuple[int, int]]:
    """Offset and length in bytes of each tensor in a safetensors file (its header says)."""
    with weights.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return {
        name: (8 + length + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _strip(model: onnx.ModelProto) -> None:
    """Leave out what the exporter notes of its own source, nine tenths of the file."""
    model.ClearField("metadata_props")
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.ClearField("metadata_props")
        value.ClearField("doc_string")


def _point_into(model: onnx.ModelProto, file_name: str, places: dict[str, tuple[int, int]]) -> None:
    """Replace the graph's weights by where they lie in the weights file."""
    import onnx

    for tensor in model.graph.initializer:
        place = places.get(tensor.name.removeprefix("network."))
        if place is None:
            continue  # a constant of the method's
        tensor.ClearField("raw_data")
        del tensor.external_data[:]
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", file_name), ("offset", place[0]), ("length", place[1])):
            tensor.external_data.add(key=key, value=str(value))


@contextmanager
def quiet() -> Iterator[None]:
    """Without the exporters' remarks on their own inner life."""
    names = ("root", "torch.onnx", "torch.export", "onnxscript", "onnx_ir")
    levels = {name: logging.getLogger(name).level for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            logging.getLogger(name).setLevel(logging.ERROR)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
