"""What a run trains and with which optimiser, from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from handtrack.errors import ConfigError
from handtrack.model.checkpoint import load_weights
from handtrack.model.network import HandNetwork
from handtrack.study.datasets.labelling.depth_reader import depth_reader
from handtrack.study.training.grouping import given_groups
from handtrack.study.training.settings import TrainingSettings


def new_network(settings: TrainingSettings, device: torch.device) -> HandNetwork:
    """The network to train: random or with what it is to start from, its groups given if not learned.

    What lifts points has learned before, from more hands than a run sees, and stays. The gate is not trained
    with it. Raises ModelError for weights that cannot be used, ConfigError for those of another architecture.
    """
    network = HandNetwork(settings.architecture)
    if network.head.lift is not None:
        network.head.lift.load_state_dict(depth_reader().lift.state_dict())
        network.head.lift.requires_grad_(False)
    if settings.start_from is not None:
        start, _ = load_weights(settings.start_from)
        if start.architecture != settings.architecture:
            raise ConfigError(
                f"start_from: {settings.start_from} is of another architecture ({start.architecture}) than "
                f"these settings ask for ({settings.architecture}); change the settings or start without it"
            )
        network.load_state_dict(start.state_dict())
    elif settings.encoder_from is not None:
        _take_encoder(network, settings.encoder_from)
    groups = given_groups(settings.grouping, settings.groups, settings.seed)
    if groups is not None:
        network.head.selector.give(groups)
    network.gate.requires_grad_(False)
    network.to(device)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # absent from the stub


def _take_encoder(network: HandNetwork, weights: Path) -> None:
    earlier, _ = load_weights(weights)
    theirs, ours = (
        (each.architecture.channels, each.architecture.context_channels) for each in (earlier, network)
    )
    if theirs != ours:
        raise ConfigError(
            f"encoder_from: the encoder of {weights} has maps of {theirs} channels, and these settings ask "
            f"for {ours}; give other weights or start without them"
        )
    network.backbone.load_state_dict(earlier.backbone.state_dict())
    network.presence.load_state_dict(earlier.presence.state_dict())


def new_optimizer(network: HandNetwork, settings: TrainingSettings) -> torch.optim.Optimizer:
    """AdamW for all that is trained; the selector, a small table, learns faster and does not decay.

    Each group holds its peak learning rate as "peak".
    """
    selector = [p for p in network.head.selector.parameters() if p.requires_grad]
    apart = set(selector)
    others = [p for p in network.parameters() if p.requires_grad and p not in apart]
    groups: list[dict[str, Any]] = [
        {"params": others, "peak": settings.learning_rate, "weight_decay": settings.weight_decay}
    ]
    if selector:
        groups.append({"params": selector, "peak": settings.selector_learning_rate, "weight_decay": 0.0})
    return torch.optim.AdamW(groups, lr=settings.learning_rate)
