"""The mean of several networks, of which the others went on from the first.

Each learns what its own batches show and forgets some of the rest; their mean is often better than each
(WiSE-FT, Wortsman et al., CVPR 2022; model soups, Wortsman et al., ICML 2022).
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from handtrack.errors import ConfigError
from handtrack.model.checkpoint import load_weights
from handtrack.model.network import HandNetwork
from handtrack.study.training.arithmetic import one_thread
from handtrack.study.training.data import load_data
from handtrack.study.training.gate_fit import give_gate
from handtrack.study.training.settings import TrainingSettings
from handtrack.study.training.weights_file import write_weights


@one_thread()
def mix_weights(
    files: Sequence[Path], shares: Sequence[float], settings: TrainingSettings, folder: Path
) -> dict[str, Any]:
    """Write the mean of weights with a gate of its own, measured anew; returns its metadata.

    shares: of each but the first, which has the rest; all alike if none is given. settings: name the data,
    and how the gate is fitted. The metadata of training is the last one's, with what was mixed. Raises
    ConfigError for weights of two architectures and for shares that do not fit, ModelError for unreadable
    weights.
    """
    parts = _shares_of(files, shares)
    networks: list[HandNetwork] = []
    metadata: dict[str, Any] = {}
    for file in files:
        network, metadata = load_weights(file)
        if networks and network.architecture != networks[0].architecture:
            raise ConfigError(
                f"{files[0]} and {file} have no mean, being of two architectures "
                f"({networks[0].architecture}, {network.architecture}); "
                "choose weights of which one was trained from the other"
            )
        networks.append(network)
    mixed = mean_of(networks, parts)
    data = load_data(settings, torch.device("cpu"))
    give_gate(mixed, data.batches, settings)
    training = {**metadata.get("training", {}), "shares_in_mean": [round(part, 4) for part in parts]}
    return write_weights(folder, mixed, data.held_out, training, 1.0, settings.depth_doubt)


def _shares_of(files: Sequence[Path], shares: Sequence[float]) -> list[float]:
    """The share of each file; see `mix_weights`."""
    if not shares:
        return [1 / len(files)] * len(files)
    if len(shares) != len(files) - 1:
        raise ConfigError(
            f"{len(files)} weights need {len(files) - 1} shares, of each but the first; "
            f"{len(shares)} were given"
        )
    first = 1 - sum(shares)
    if first < -1e-9:
        raise ConfigError(f"the shares come to {sum(shares):g}, which leaves nothing for {files[0]}")
    return [max(first, 0.0), *shares]


@torch.no_grad()
def mean_of(networks: Sequence[HandNetwork], shares: Sequence[float]) -> HandNetwork:
    """A network whose every weight and statistic is the mean of others', with shares that sum to one."""
    mixed = copy.deepcopy(networks[0])
    states = [network.state_dict() for network in networks]
    for name, value in mixed.state_dict().items():
        if value.is_floating_point():
            # In double precision, so that one network alone comes out as it was.
            value.copy_(
                sum(share * state[name].double() for share, state in zip(shares, states, strict=True))
            )
    return mixed
