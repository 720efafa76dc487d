"""The network of a finder's graph, to be trained on: what is shipped is the graph alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from handtrack.engines.graph_export import load_onnx
from handtrack.errors import ModelError
from handtrack.model.finder_network import FinderNetwork

GRAPH_SUFFIX = ".onnx"
_LARGEST = 32 << 20  # bytes; a finder has 2 MB


def finder_from_graph(graph: Path, scenes: Sequence[Tensor]) -> FinderNetwork:
    """The network that gives what a graph gives, in evaluation mode, with its normalisation anew.

    A graph's convolutions have their normalisation folded into them. Here each is normalised again by the
    mean and variance of its values on scenes (B, 3, S, S), so that it goes on learning from where it was.
    Raises ModelError where the file is no finder's graph.
    """
    folded = _folded_convolutions(graph)
    network = FinderNetwork().eval()
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    if [tuple(layer.weight.shape) for layer in layers] != [tuple(weight.shape) for weight, _ in folded]:
        raise ModelError(f"{graph} is not the graph of a finder as it is trained here")
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, folded, strict=True):
            layer.weight.copy_(weight)
            if layer.bias is not None:
                layer.bias.copy_(bias)
        _normalise(network, layers, [bias for _, bias in folded], scenes)
    return network


def _normalise(
    network: nn.Module, layers: Sequence[nn.Conv2d], biases: Sequence[Tensor], scenes: Sequence[Tensor]
) -> None:
    """Have every convolution without a bias of its own followed by a normalisation that adds this one."""
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    normalised = [number for number, layer in enumerate(layers) if layer.bias is None]
    moments: list[list[tuple[Tensor, Tensor]]] = [[] for _ in norms]
    hooks = []
    for norm, number, seen in zip(norms, normalised, moments, strict=True):
        # Until its values are known a normalisation changes nothing but for the bias.
        norm.running_mean.zero_()  # type: ignore[union-attr] # there with every norm that tracks
        norm.running_var.fill_(1 - norm.eps)  # type: ignore[union-attr]
        norm.weight.fill_(1.0)
        norm.bias.copy_(biases[number])
        hooks.append(layers[number].register_forward_hook(_noting(seen)))
    for scene in scenes:
        network(scene)
    for hook in hooks:
        hook.remove()
    for norm, seen in zip(norms, moments, strict=True):
        mean = torch.stack([first for first, _ in seen]).mean(dim=0)
        variance = torch.stack([second for _, second in seen]).mean(dim=0) - mean**2
        norm.running_mean.copy_(mean)  # type: ignore[union-attr]
        norm.running_var.copy_(variance)  # type: ignore[union-attr]
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.add_(mean)


def _noting(seen: list[tuple[Tensor, Tensor]]) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    """A hook that notes the mean of a layer's values, and of their squares, for each channel."""

    def note(_: nn.Module, __: tuple[Tensor, ...], values: Tensor) -> None:
        values = values.double()
        seen.append((values.mean(dim=(0, 2, 3)).float(), (values**2).mean(dim=(0, 2, 3)).float()))

    return note


def _folded_convolutions(path: Path) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of each convolution of a graph, in the order in which they are run."""
    library = load_onnx()
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    try:
        if path.stat().st_size > _LARGEST:
            raise ModelError(f"{path} is larger than a finder's graph")
        graph = library.load(str(path), load_external_data=False).graph
    except (OSError, DecodeError) as error:
        raise ModelError(f"{path} cannot be read as a graph: {error}") from None
    constants = {constant.name: constant for constant in graph.initializer}
    halved = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}

    def values(name: str) -> Tensor:
        constant = constants.get(halved.get(name, name))
        if constant is None or constant.external_data:
            raise ModelError(f"{path} is not the graph of a finder as it is trained here")
        return torch.from_numpy(library.numpy_helper.to_array(constant).astype("float32"))

    nodes = [node for node in graph.node if node.op_type == "Conv" and len(node.input) == 3]
    return [(values(node.input[1]), values(node.input[2])) for node in nodes]
