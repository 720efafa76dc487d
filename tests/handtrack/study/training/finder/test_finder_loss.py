from __future__ import annotations

import numpy as np
import pytest
import torch

from handtrack.detectors.places import read_places
from handtrack.model.finder_network import places
from handtrack.study.training.finder.loss import finder_losses

HANDS = torch.tensor([[[52.0, 61.0, 40.0, 0.6, -0.8, 1.0, 1.0], [120.0, 30.0, 20.0, -1.0, 0.0, 0.0, 1.0]]])


def _fitted(hands: torch.Tensor) -> torch.Tensor:
    """Answers (1, 7, 20, 20) of which the loss is as small as steps make it."""
    answers = torch.zeros(1, 7, 20, 20)
    answers[:, 0] = -4
    answers.requires_grad_(True)
    optimizer = torch.optim.Adam([answers], lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        finder_losses(places(answers), hands).total().backward()
        optimizer.step()
    return answers.detach()


def test_the_least_loss_is_that_of_the_hands():
    found = read_places(_fitted(HANDS)[0].numpy(), 5, 0.5)
    assert len(found) == 2
    for place in found:
        nearest = min(HANDS[0].numpy(), key=lambda hand: np.hypot(*(hand[:2] - place.middle)))
        assert np.hypot(*(nearest[:2] - place.middle)) < 1
        assert place.size == pytest.approx(nearest[2], rel=0.05)
        assert place.up == pytest.approx(nearest[3:5], abs=0.1)
        assert (place.right > 0.5) == (nearest[5] > 0.5)


def test_what_is_not_known_of_a_hand_teaches_nothing():
    unknown = HANDS.clone()
    unknown[..., 3:6] = torch.nan
    answers = torch.zeros(1, 7, 20, 20, requires_grad=True)
    losses = finder_losses(places(answers), unknown)
    losses.total().backward()
    assert losses.up == 0
    assert losses.right == 0
    assert answers.grad is not None
    assert answers.grad[:, 4:].abs().max() == 0
    assert torch.isfinite(answers.grad).all()


def test_a_place_that_may_be_a_hand_is_neither_one_nor_none():
    unsure = HANDS.clone()
    unsure[0, 1, 6] = 0
    answers = torch.zeros(1, 7, 20, 20, requires_grad=True)
    finder_losses(places(answers), unsure).total().backward()
    assert answers.grad is not None
    assert answers.grad[0, :, 30 // 8, 120 // 8].abs().max() == 0
    assert answers.grad[0, 0, 18, 2] > 0, "elsewhere there is none"


def test_a_scene_without_hands_has_a_loss():
    answers = torch.zeros(1, 7, 20, 20, requires_grad=True)
    losses = finder_losses(places(answers), torch.full((1, 4, 7), torch.nan))
    losses.total().backward()
    assert torch.isfinite(losses.total())
    assert losses.places > 0
