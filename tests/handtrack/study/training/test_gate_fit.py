from __future__ import annotations

import pytest
import torch

from handtrack.model.architecture import Architecture
from handtrack.model.losses import Target
from handtrack.model.network import HandNetwork
from handtrack.study.training.gate_fit import (
    Judged,
    Priced,
    fit_gate,
    gain_loss,
    gumbel_loss,
    judge_hands,
)
from handtrack.study.training.settings import GateForm

SMALL = Architecture(channels=8, context_channels=8, groups=1, group_channels=4, mixer_channels=8, loops=3)


def test_leaving_is_worth_what_going_on_does_not_gain():
    errors = torch.tensor([[1.0, 1.0], [0.9, 0.99], [0.5, 0.995]])
    logits = torch.zeros(3, 2, requires_grad=True)
    gain_loss(logits, errors, price=0.05).backward()
    assert logits.grad is not None
    # Hand 0 is to go on twice, hand 1 to leave at once; the last loop has no choice.
    assert torch.equal(logits.grad.sign(), torch.tensor([[1.0, -1.0], [1.0, -1.0], [0.0, 0.0]]))
    # 0.5 less two prices saved for hand 0 at first; 0.04 lost for hand 1.
    assert (logits.grad[0, 0] / -logits.grad[0, 1]).item() == pytest.approx(0.4 / 0.04, rel=1e-4)


def test_sampled_decisions_cost_error_and_price():
    torch.manual_seed(0)
    errors = torch.tensor([[1.0], [0.5], [0.2]])
    always, never = torch.full((3, 1), 50.0), torch.full((3, 1), -50.0)
    mean = errors.mean().item()
    assert gumbel_loss(always, errors, 0.1).item() == pytest.approx((1.0 + 0.1) / mean, rel=1e-4)
    assert gumbel_loss(never, errors, 0.1).item() == pytest.approx((0.2 + 0.3) / mean, rel=1e-4)


@pytest.mark.parametrize("form", ["gain", "gumbel"])
def test_the_gate_learns_which_hands_gain(form: GateForm):
    """Half of the hands say by one input that a second loop helps them; a third helps nobody."""
    torch.manual_seed(0)
    network = HandNetwork(SMALL)
    hands = 400
    helped = torch.arange(hands) % 2 == 0
    size = 3 * 21 + SMALL.channels + network.gate.slots
    inputs = torch.randn(3, hands, size) * 0.1
    inputs[:, :, -network.gate.slots :] = 0
    for loop in range(3):
        inputs[loop, :, -network.gate.slots + loop] = 1
    inputs[:, :, 0] = torch.where(helped, 2.0, -2.0)
    errors = torch.full((3, hands), 0.1)
    errors[1:, helped] = 0.05
    before = network.head.heat.clone()

    fit_gate(network, [Priced(Judged(inputs, errors), 0.005)], form, 300)

    with torch.no_grad():
        leave = network.gate.decide(inputs) > 0
    assert not leave[0, helped].any()
    assert leave[0, ~helped].all()
    assert leave[1].all()
    assert torch.equal(before, network.head.heat)


def test_a_followed_hand_may_pay_another_price():
    """A loop that saves as much of both is worth it to the new hand, and not to the followed one."""
    torch.manual_seed(0)
    network = HandNetwork(SMALL)

    def hands(first_slot: int) -> Judged:
        inputs = torch.randn(3, 200, 3 * 21 + SMALL.channels + network.gate.slots) * 0.1
        inputs[:, :, -network.gate.slots :] = 0
        for loop, slot in enumerate((first_slot, 1, 2)):
            inputs[loop, :, -network.gate.slots + slot] = 1
        errors = torch.full((3, 200), 0.08)
        errors[0] = 0.1
        return Judged(inputs, errors)

    new, followed = hands(0), hands(network.gate.slots - 1)
    fit_gate(network, [Priced(new, 0.01), Priced(followed, 0.04)], "gain", 300)
    with torch.no_grad():
        assert not (network.gate.decide(new.inputs[0]) > 0).any()
        assert (network.gate.decide(followed.inputs[0]) > 0).all()


def test_hands_are_judged_without_the_gate():
    torch.manual_seed(0)
    network = HandNetwork(SMALL)
    xy = torch.rand(4, 21, 2)
    weight = torch.ones(4, 21)
    weight[3] = 0  # no hand
    target = Target(xy, torch.zeros(4, 21), weight, torch.ones(4), torch.ones(4))
    crops = torch.randn(4, 3, 128, 128)
    for warm in (False, True):
        judged = judge_hands(network, lambda: (crops, target), 5, warm)
        assert judged.errors.shape == (3, 6)
        assert judged.inputs.shape[:2] == (3, 6)
        with torch.no_grad():
            logits = network.gate.decide(judged.inputs)
        assert logits.shape == (3, 6)
