from __future__ import annotations

import torch

from handtrack.model.constants import CROP_PIXELS
from handtrack.model.encoder import Encoder
from handtrack.model.estimate import Estimate
from handtrack.model.first_guess import FirstGuess
from handtrack.model.network import HandNetwork

CROPS = torch.randn(2, 3, CROP_PIXELS, CROP_PIXELS, generator=torch.Generator().manual_seed(0))


def test_a_thinner_encoder_gives_maps_of_the_same_cells() -> None:
    for context in (8, 112):
        features = Encoder(16, context)(CROPS)
        assert features.fine.shape == (2, 32, 24, 24)
        assert features.middle.shape == (2, 16, 12, 12)
        assert features.coarse.shape == (2, context, 6, 6)


def test_the_guess_is_an_estimate_about_the_wrist() -> None:
    guess = FirstGuess(16, 8)(torch.rand(2, 8, 6, 6))
    assert guess.summary.shape == (2, FirstGuess(16, 8).summary_channels)
    assert guess.estimate.xy.shape == guess.estimate.log_scale.shape == (2, 21, 2)
    assert guess.estimate.z.shape == (2, 21)
    assert bool((guess.estimate.z[:, 0] == 0).all())
    assert ((guess.estimate.log_scale >= -7) & (guess.estimate.log_scale <= 0)).all()


def test_loops_see_the_guess_and_no_gradient_goes_back_to_it() -> None:
    torch.manual_seed(0)
    network = HandNetwork().train()
    encoding, outputs = network(CROPS, loops=1)
    assert encoding.guess.xy.requires_grad
    outputs[0].estimate.xy.sum().backward()
    assert network.guess.draw.weight.grad is not None
    assert network.guess.draw.weight.grad.any()
    # What makes the coarse features learns from the loops as well; what says the guess of them does not.
    assert network.guess.value.weight.grad is None
    assert network.guess.filter[1].weight.grad is None


def test_another_guess_is_drawn_elsewhere() -> None:
    torch.manual_seed(0)
    layer = FirstGuess(16, 8)
    said = layer(torch.rand(1, 8, 6, 6))
    moved = said._replace(estimate=Estimate(said.estimate.xy + 0.3, said.estimate.z, said.estimate.log_scale))
    assert not torch.allclose(layer.drawn(said, 12), layer.drawn(moved, 12))
