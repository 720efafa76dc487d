from __future__ import annotations

import numpy as np
import torch

from handtrack.model.network import HandNetwork
from handtrack.study.training.presence_fit import Described, describe, fit_presence, views_of_lures


def _network() -> HandNetwork:
    torch.manual_seed(0)
    return HandNetwork().eval()


def _features(network: HandNetwork, count: int, seed: int, at: int) -> torch.Tensor:
    """Features of one kind, which lie about a place of their own."""
    width = network.architecture.context_channels
    features = torch.randn(count, width, generator=torch.Generator().manual_seed(seed))
    features[:, at] += 4
    return features


def test_lures_are_told_from_hands_and_the_side_is_still_told():
    network = _network()
    hands, empty = _features(network, 600, 1, 0), _features(network, 200, 2, 1)
    hands[:300, 5] += 4  # right ones
    lured = _features(network, 300, 3, 2)
    seen = Described(
        torch.cat([hands, empty]),
        torch.cat([torch.ones(600), torch.zeros(200)]),
        torch.cat([torch.ones(300), torch.zeros(300), -torch.ones(200)]),
    )
    before = {name: value.clone() for name, value in network.state_dict().items()}
    history = fit_presence(network, seen, Described(lured, torch.zeros(300), -torch.ones(300)))
    assert np.mean(history[-50:]) < 0.3 * history[0]
    there, side = network.presence(torch.cat([hands, empty, lured])).unbind(dim=1)
    assert (there[:600] > 0).float().mean() > 0.97
    assert (there[600:] < 0).float().mean() > 0.97
    assert ((side[:600] > 0) == (torch.arange(600) < 300)).float().mean() > 0.97
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(name.startswith("presence.") for name in changed), "joints stay as they are"


def test_views_of_lures_hold_no_hand():
    views = views_of_lures(np.full((3, 208, 208, 3), 90, np.uint8), seed=1)
    described = describe(_network(), views, 100)
    assert described.features.shape == (128, _network().architecture.context_channels)
    assert described.presence.tolist() == [0.0] * 128
    assert (described.right == -1).all()
