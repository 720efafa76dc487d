"""The mean of two networks, of which one went on from the other.

It learns what its own batches show and forgets some of the rest; the mean of both is often better than either
(WiSE-FT, Wortsman et al., CVPR 2022).
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch

from handtrack.errors import ConfigError
from handtrack.model.checkpoint import load_weights
from handtrack.model.network import HandNetwork
from handtrack.study.training.data import load_data
from handtrack.study.training.gate_fit import give_gate
from handtrack.study.training.settings import TrainingSettings
from handtrack.study.training.weights_file import write_weights


def mix_weights(
    first: Path, second: Path, share: float, settings: TrainingSettings, folder: Path
) -> dict[str, Any]:
    """Write the mean of two weights with a gate of its own, measured anew; returns its metadata.

    share: of the second. settings: name the data, and how the gate is fitted. The metadata of training is the
    second's, with what was mixed. Raises ConfigError for weights of two architectures, ModelError for
    unreadable ones.
    """
    (network, _), (other, metadata) = load_weights(first), load_weights(second)
    if network.architecture != other.architecture:
        raise ConfigError(
            f"{first} and {second} have no mean, being of two architectures ({network.architecture}, "
            f"{other.architecture}); choose weights of which one was trained from the other"
        )
    mixed = mean_of(network, other, share)
    torch.set_num_threads(1)
    data = load_data(settings, torch.device("cpu"))
    give_gate(mixed, data.batches, settings)
    training = {**metadata.get("training", {}), "share_in_mean": share}
    return write_weights(folder, mixed, data.held_out, training, 1.0, settings.depth_doubt)


@torch.no_grad()
def mean_of(first: HandNetwork, second: HandNetwork, share: float) -> HandNetwork:
    """A network whose every weight and statistic is the mean of two, with this share of the second."""
    mixed = copy.deepcopy(first)
    others = second.state_dict()
    for name, value in mixed.state_dict().items():
        if value.is_floating_point():
            value.lerp_(others[name], share)
    return mixed
