"""What tells a hand from what only looks like one, fitted anew on a network that no longer changes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor

from handtrack.detectors.base import HandFinder
from handtrack.model.losses import Target, known_cross_entropy
from handtrack.model.network import HandNetwork
from handtrack.study.datasets.lures import Picture, lures
from handtrack.study.training.augment import FOLLOWED, augment
from handtrack.study.training.batches import Batches
from handtrack.study.training.gate_fit import UNSEEN_FIRST_STEP
from handtrack.study.training.part_fit import fit_part

_BATCH: Final = 512
_LEARNING_RATE: Final = 2e-3
_STEPS: Final = 2_000
_LURED_SHARE: Final = 0.1  # of a batch: with more, hands would need a lower threshold
_SEEN: Final = 12_000
_VIEWS: Final = 2  # of each lure


class Described(NamedTuple):
    """Crops as the head of presence sees them. features: (N, C). presence, right: (N,), see `Target`."""

    features: Tensor
    presence: Tensor
    right: Tensor


@torch.inference_mode()
def describe(network: HandNetwork, batches: Callable[[], tuple[Tensor, Target]], count: int) -> Described:
    """So many crops of batches. batches: gives network input (B, 3, 128, 128) and its target."""
    network.eval()
    parts: list[Described] = []
    while sum(len(part.presence) for part in parts) < count:
        crops, target = batches()
        coarse = network.backbone(crops).coarse.float().mean(dim=(2, 3))
        parts.append(Described(coarse, target.presence, target.right))
    return Described(*(torch.cat(column) for column in zip(*parts, strict=True)))


def views_of_lures(lures: np.ndarray, seed: int) -> Callable[[], tuple[Tensor, Target]]:
    """Batches of crops of patches (N, P, P, 3) uint8 without a hand, as the tracker cuts them."""
    images = torch.from_numpy(lures).permute(0, 3, 1, 2).contiguous()
    generator = torch.Generator().manual_seed(seed)
    nowhere = torch.full((64, 21, 3), torch.nan)

    def next_batch() -> tuple[Tensor, Target]:
        chosen = torch.randint(len(images), (64,), generator=generator)
        return augment(images[chosen], nowhere, torch.zeros(64, 21), FOLLOWED, generator)

    return next_batch


def give_presence(
    network: HandNetwork, batches: Batches, pictures: Iterable[Picture], finder: HandFinder
) -> int:
    """Fit a final network's head of presence with what lures it in pictures; returns how many crops did.

    pictures: (H, W, 3) uint8 BGR, each with the points of its hands, see `lures`.
    """
    unseen = itertools.count(UNSEEN_FIRST_STEP)
    seen = describe(network, lambda: batches.at(next(unseen)), _SEEN)
    lured = lures(network, finder, pictures)
    if len(lured):
        views = views_of_lures(lured, seed=0)
        fit_presence(network, seen, describe(network, views, _VIEWS * len(lured)))
    return len(lured)


def fit_presence(network: HandNetwork, seen: Described, lured: Described) -> list[float]:
    """Train the head of presence and side; returns the loss of each step.

    seen: hands and places without one, as in training. lured: what the network takes for hands and is none.
    """

    def loss(generator: torch.Generator) -> Tensor:
        count = round(_LURED_SHARE * _BATCH)
        parts = [_drawn(seen, _BATCH - count, generator), _drawn(lured, count, generator)]
        features, presence, right = (torch.cat(column) for column in zip(*parts, strict=True))
        there, side = network.presence(features).unbind(dim=1)
        return known_cross_entropy(there, presence) + known_cross_entropy(side, right)

    return fit_part(network, network.presence, loss, _STEPS, _LEARNING_RATE)


def _drawn(described: Described, count: int, generator: torch.Generator) -> Described:
    chosen = torch.randint(len(described.presence), (count,), generator=generator)
    return Described(*(column[chosen] for column in described))
