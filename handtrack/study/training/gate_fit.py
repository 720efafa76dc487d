"""The gate's judgement, fitted once the network itself is final.

During the network's own training a gate would chase errors that keep falling and loops that join late; what a
further loop gains is known only at the end. The gate's inputs do not depend on the gate, so they are computed
once for many hands, and the gate is trained on them alone. Errors are those in the image: what a loop mends
in depth is mostly noise for a decision, and a gate taught by it tells hands apart less.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.losses import Target, image_error
from handtrack.model.network import HandNetwork
from handtrack.study.training.augment import FOLLOWED
from handtrack.study.training.batches import Batches
from handtrack.study.training.part_fit import fit_part
from handtrack.study.training.settings import GateForm, TrainingSettings
from handtrack.study.training.warm_start import last_estimate, own_estimate

UNSEEN_FIRST_STEP = 10**9
"""Number of the first batch that no training reaches."""
_LEARNING_RATE = 3e-3
_BATCH = 512
_LEAST_KNOWN = 0.7  # share of a hand's joints


def give_gate(network: HandNetwork, batches: Batches, settings: TrainingSettings) -> None:
    """Fit the gate of a final network on batches that no training sees, if it has loops to choose from."""
    if network.architecture.loops < 2:
        return
    unseen = itertools.count(UNSEEN_FIRST_STEP)

    def priced(price: float, *, warm: bool) -> Priced:
        hands = judge_hands(network, lambda: batches.at(next(unseen), FOLLOWED), settings.gate_hands, warm)
        return Priced(hands, price)

    judged = [priced(settings.gate_price, warm=False)]
    if settings.warm_share > 0:
        judged.append(priced(settings.gate_price_followed, warm=True))
    fit_gate(network, judged, settings.gate_form, settings.gate_steps)


class Judged(NamedTuple):
    """What the gate sees of N hands after each of L loops, and how far off they were.

    inputs: (L, N, F). errors: (L, N), of the joints in the image, in crop sides.
    """

    inputs: Tensor
    errors: Tensor


class Priced(NamedTuple):
    """Hands, and the error in crop sides that a loop must save them to be worth running."""

    hands: Judged
    price: float


@torch.no_grad()
def judge_hands(
    network: HandNetwork, batches: Callable[[], tuple[Tensor, Target]], hands: int, warm: bool
) -> Judged:
    """Run all loops over batches until so many hands were seen; warm: from a last frame's estimate.

    Hands of which much is not known do not count.
    batches: gives network input (B, 3, 128, 128) and its target.
    """
    network.eval()
    inputs, errors, seen = [], [], 0
    while seen < hands:
        crops, target = batches()
        generator = torch.Generator(crops.device).manual_seed(seen)
        own = own_estimate(network, crops, generator) if warm else None
        _, outputs = network(crops, start=last_estimate(target, generator, own) if warm else None)
        there = (target.weight > 0).float().mean(dim=1) > _LEAST_KNOWN
        inputs.append(torch.stack([output.gate_input for output in outputs])[:, there])
        errors.append(torch.stack([image_error(output.estimate, target) for output in outputs])[:, there])
        seen += int(there.sum())
    return Judged(torch.cat(inputs, dim=1), torch.cat(errors, dim=1))


def gain_loss(logits: Tensor, errors: Tensor, price: float) -> Tensor:
    """Supervision by the true gain of going on, for logits and errors (L, N).

    What going on can gain is the error now less the best later one, each later loop costing its price.
    Leaving is right where that is negative, and a mistake counts by what it costs, so that the gate's
    probability passes one half where error and price balance in the mean.
    """
    loops = len(errors)
    # From the last loop backwards: the least of error and price that can be had from each loop on.
    best = errors[-1]
    gains = []
    for loop in range(loops - 2, -1, -1):
        onward = best + price
        gains.append(errors[loop] - onward)
        best = torch.minimum(errors[loop], onward)
    gain = torch.stack(gains[::-1])
    leave = (gain <= 0).to(logits.dtype)
    worth = gain.abs() / gain.abs().mean().clamp_min(1e-9)
    return F.binary_cross_entropy_with_logits(logits[:-1], leave, weight=worth)


def gumbel_loss(logits: Tensor, errors: Tensor, price: float, temperature: float = 1.0) -> Tensor:
    """Error at the loop that is left and price of the loops run, through sampled decisions.

    logits, errors: (L, N). Each decision is drawn from a binary Concrete distribution; forward it is hard,
    backward soft (straight-through Gumbel). In units of the mean error.
    """
    noise = torch.rand_like(logits).clamp(1e-6, 1 - 1e-6)
    soft = torch.sigmoid((logits + noise.log() - (-noise).log1p()) / temperature)
    leave = (soft > 0.5).to(soft.dtype) + soft - soft.detach()
    running = torch.ones_like(errors[0])
    total = torch.zeros_like(errors[0])
    for loop in range(len(errors)):
        total = total + running * price
        last = loop == len(errors) - 1
        leaving = running if last else running * leave[loop]
        total = total + leaving * errors[loop]
        running = running - leaving
    return total.mean() / errors.mean()


_LOSSES = {"gain": gain_loss, "gumbel": gumbel_loss}


def fit_gate(network: HandNetwork, judged: list[Priced], form: GateForm, steps: int) -> list[float]:
    """Train the gate of a network that no longer changes; returns the loss of each step."""

    def loss(generator: torch.Generator) -> Tensor:
        total = torch.zeros((), device=judged[0].hands.errors.device)
        for hands, price in judged:
            chosen = torch.randint(hands.errors.shape[1], (_BATCH,), generator=generator)
            chosen = chosen.to(hands.errors.device)
            logits = network.gate.decide(hands.inputs[:, chosen])
            total = total + _LOSSES[form](logits, hands.errors[:, chosen], price)
        return total

    return fit_part(network, network.gate, loss, steps, _LEARNING_RATE)
