from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.study.training.augment_settings import AugmentSettings
from handtrack.study.training.other_hands import put_hands_beside

COUNT, SIDE = 64, 128
GENERATOR_SEED = 0


@pytest.fixture
def patches() -> Tensor:
    """Black pictures with a plain disc for a hand in the middle, each of a brightness of its own."""
    brightness = torch.arange(100, 100 + COUNT, dtype=torch.uint8)
    return brightness[:, None, None, None] * (_disc()[None, None] > 0).to(torch.uint8).expand(
        COUNT, 3, -1, -1
    )


def _disc() -> Tensor:
    line = torch.linspace(-1, 1, SIDE)
    return 255.0 * (line**2 + line[:, None] ** 2 < 0.3**2)


def _mattes() -> Tensor:
    return _disc().to(torch.uint8).repeat(COUNT, 1, 1)


def _beside(patches: Tensor, mattes: Tensor, present: Tensor | None = None, share: float = 1.0) -> Tensor:
    """The whole patches as crops, with other hands beside."""
    crops = patches.to(torch.float32)
    grid = F.affine_grid(torch.eye(2, 3).repeat(COUNT, 1, 1), list(crops.shape), align_corners=False)
    chosen = torch.ones(COUNT, dtype=torch.bool) if present is None else present
    settings = AugmentSettings(beside_share=share)
    generator = torch.Generator().manual_seed(GENERATOR_SEED)
    put_hands_beside(crops, chosen, grid, "zeros", patches, mattes, settings, generator)
    return crops


def _is_other(crops: Tensor, patches: Tensor) -> Tensor:
    """Where (B, H, W) the disc of another brightness lies, edges apart."""
    level = crops[:, 0]
    own = patches[:, 0].amax(dim=(1, 2)).to(torch.float32)[:, None, None]
    return (level > 99) & ((level - own).abs() > 0.6)


def test_another_hand_lies_beside_the_middle(patches):
    other = _is_other(_beside(patches, _mattes()), patches)

    assert other.flatten(1).any(dim=1).float().mean() > 0.75, "some lie outside, one in 64 is its own"
    assert not other[:, SIDE // 2 - 3 : SIDE // 2 + 3, SIDE // 2 - 3 : SIDE // 2 + 3].any()


def test_half_of_them_lie_behind_the_hand(patches):
    covers = (_is_other(_beside(patches, _mattes()), patches) & (_disc() > 0)).flatten(1).sum(dim=1)
    never = (_is_other(_beside(patches, _mattes() * 0 + 255), patches) & (_disc() > 0)).flatten(1).sum(dim=1)

    assert 3 < int((covers > 8).sum()) < COUNT / 2, "only where they meet, and by half"
    assert int((never > 8).sum()) > 0, "a whole patch reaches farther"


def test_no_hand_is_cut_out_without_a_matte(patches):
    mattes = _mattes()
    assert torch.equal(_beside(patches, torch.zeros_like(mattes)), patches.to(torch.float32))
    mattes[1:] = 0
    crops = _beside(patches, mattes)
    assert torch.equal(crops[0], patches[0].to(torch.float32)), "never itself"
    added = _is_other(crops, patches)
    assert added.any()
    assert crops[:, 0][added].median() == patches[0].max(), "the only one that can be cut out"


def test_where_no_hand_is_none_is_put(patches):
    present = torch.arange(COUNT) % 2 == 0
    crops = _beside(patches, _mattes(), present)
    assert torch.equal(crops[1::2], patches[1::2].to(torch.float32))
    assert not torch.equal(crops[::2], patches[::2].to(torch.float32))


def test_no_share_draws_nothing(patches):
    assert torch.equal(_beside(patches, _mattes(), share=0.0), patches.to(torch.float32))
