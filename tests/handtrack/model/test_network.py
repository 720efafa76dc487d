from __future__ import annotations

import numpy as np
import pytest
import torch

from handtrack.model.architecture import Architecture
from handtrack.model.constants import SIGMA_OVER_SCALE
from handtrack.model.estimate import Estimate, render_estimate
from handtrack.model.gate_rule import should_exit
from handtrack.model.glimpse import Glimpse
from handtrack.model.loop_norm import LoopNorm
from handtrack.model.loop_slots import slot_of
from handtrack.model.network import HandNetwork, LoopState
from handtrack.model.selector import BinarySelector


@pytest.fixture
def network() -> HandNetwork:
    torch.manual_seed(0)
    return HandNetwork()


def _noise(batch: int) -> torch.Tensor:
    return torch.randn(batch, 3, 128, 128, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("training", [True, False])
def test_forward_gives_one_estimate_a_loop(network, training):
    network.train(training)
    encoding, outputs = network(_noise(3))
    assert len(outputs) == 4
    assert encoding.presence_logit.shape == encoding.right_logit.shape == (3,)
    for output in outputs:
        assert output.estimate.xy.shape == (3, 21, 2)
        assert output.estimate.z.shape == (3, 21)
        assert output.estimate.log_scale.shape == (3, 21, 2)
        assert output.exit_logit.shape == (3,)
        assert bool((output.estimate.z[:, 0] == 0).all()), "depth is relative to the wrist"


def test_the_network_is_tiny(network):
    assert sum(parameter.numel() for parameter in network.parameters()) < 1_500_000


def test_more_loops_use_the_same_weights():
    networks = {loops: HandNetwork(Architecture(loops=loops, norm="shared")) for loops in (1, 4)}
    count = {loops: sum(p.numel() for p in network.parameters()) for loops, network in networks.items()}
    # Only the loop offsets and the gate's loop number grow.
    assert count[4] - count[1] < 2500


def test_a_loop_sees_the_previous_estimate_and_attention(network):
    network.eval()
    with torch.inference_mode():
        encoding = network.encode(_noise(1))
        _, first = network.refine(encoding.features, LoopState(None, None), 0)
        base, _ = network.refine(encoding.features, first, 1)
        assert first.estimate is not None
        assert first.refined is not None
        moved = first.estimate._replace(xy=first.estimate.xy + 0.2)
        other, _ = network.refine(encoding.features, first._replace(estimate=moved), 1)
        assert not torch.allclose(base.estimate.xy, other.estimate.xy)
        network.attention.project.bias.fill_(-3.0)
        dimmed, _ = network.refine(encoding.features, first, 1)
        assert not torch.allclose(base.estimate.xy, dimmed.estimate.xy)


def test_an_untrained_attention_changes_nothing(network):
    network.eval()
    with torch.inference_mode():
        _, state = network.refine(network.encode(_noise(1)).features, LoopState(None, None), 0)
        attention = network.attention(state.refined)
    assert torch.equal(attention, torch.ones_like(attention))


def test_the_fed_back_estimate_carries_no_gradient(network):
    network.train()
    _, outputs = network(_noise(2), loops=2)
    (gradient,) = torch.autograd.grad(
        outputs[1].estimate.xy.sum(), network.head.value_bias, retain_graph=True, allow_unused=True
    )
    # The second loop's own bias reaches its own output once; through the first estimate nothing comes.
    assert torch.allclose(gradient[:, :2], torch.full((21, 2), 2.0))


def test_the_gate_does_not_train_the_estimator(network):
    network.train()
    _, outputs = network(_noise(2))
    torch.stack([output.exit_logit for output in outputs]).sum().backward()
    parameters = [(name, p) for name, p in network.named_parameters() if p.grad is not None and p.grad.any()]
    touched = {name.split(".")[0] for name, _ in parameters}
    assert touched == {"gate"}


def test_results_of_a_batch_are_those_of_its_members(network):
    network.eval()
    images = _noise(3)
    with torch.inference_mode():
        _, together = network(images)
        _, alone = network(images[1:2])
    assert torch.allclose(together[-1].estimate.xy[1], alone[-1].estimate.xy[0], atol=1e-4)


def test_own_group_output_equals_selecting_from_all_groups(network):
    """What runs (a joint's own group alone) is what training converges to (all groups, binary weights)."""
    network.eval()
    with torch.no_grad():
        network.head.selector.logits.normal_(generator=torch.Generator().manual_seed(3))
        network.head.mixer.leave.weight.normal_(0, 0.1, generator=torch.Generator().manual_seed(5))
        refined = torch.randn(2, 64, 16, 16, generator=torch.Generator().manual_seed(4))
        weights = network.head.selector()
        fast = network.head(refined, None, 0, weights)
        network.head.training = True  # this module's own path only; the normalisations stay in evaluation
        slow = network.head(refined, None, 0, weights)
    assert torch.allclose(fast.xy, slow.xy, atol=1e-5)
    assert torch.allclose(fast.z, slow.z, atol=1e-5)
    assert torch.allclose(fast.log_scale, slow.log_scale, atol=1e-5)


def test_selector_is_binary_when_cold_and_in_evaluation():
    torch.manual_seed(0)
    selector = BinarySelector(3)
    selector.temperature = 0.01
    assert selector().max(dim=1).values.mean().item() > 0.97
    selector.eval()
    weights = selector()
    assert torch.equal(weights.sum(dim=1), torch.ones(21))
    assert set(weights.unique().tolist()) == {0.0, 1.0}


def test_selector_learns_which_group_serves_a_joint():
    torch.manual_seed(0)
    selector = BinarySelector(3)
    optimizer = torch.optim.Adam(selector.parameters(), lr=0.1)
    cost = torch.zeros(21, 3)
    best = torch.arange(21) % 3
    cost.scatter_(1, best[:, None], -1.0)
    for _ in range(150):
        optimizer.zero_grad()
        (selector() * cost).sum().backward()
        optimizer.step()
    assert torch.equal(selector.assignment(), best)


def test_fusion_starts_near_the_identity(network):
    weight = network.head.fuse.weight[:, :, 0, 0]
    own = torch.diagonal(weight)
    assert torch.allclose(own, torch.full_like(own, 0.9))
    assert torch.allclose(weight.sum(dim=1), torch.ones(len(weight)))


def test_per_loop_normalisation_differs_between_loops():
    norm = LoopNorm(4, 2, "per_loop").train()
    for _ in range(100):
        norm(torch.randn(8, 4, 2, 2) + 5, 0)
        norm(torch.randn(8, 4, 2, 2) - 5, 1)
    norm.eval()
    x = torch.zeros(1, 4, 1, 1)
    assert norm(x, 0).mean().item() < -3
    assert norm(x, 1).mean().item() > 3
    norm.copy_slot(0, 1)
    assert torch.equal(norm(x, 0), norm(x, 1))


def test_each_loop_has_its_slot_and_a_warm_first_loop_one_of_its_own():
    assert [slot_of(loop, warm=False, loops=3) for loop in range(5)] == [0, 1, 2, 2, 2]
    assert [slot_of(loop, warm=True, loops=3) for loop in range(5)] == [3, 1, 2, 2, 2]


def test_a_warm_start_begins_from_the_estimate(network):
    network.eval()
    with torch.inference_mode():
        image = _noise(2)
        _, cold = network(image, loops=1)
        start = cold[0].estimate
        _, warm = network(image, loops=2, start=start)
        _, other = network(image, loops=2, start=start._replace(xy=start.xy + 0.1))
    assert len(warm) == 2
    assert not torch.allclose(warm[0].estimate.xy, cold[0].estimate.xy)
    assert not torch.allclose(warm[0].estimate.xy, other[0].estimate.xy)


def test_without_attention_the_loops_see_the_backbone_as_it_is():
    torch.manual_seed(0)
    network = HandNetwork(Architecture(attention=False)).eval()
    with torch.inference_mode():
        _, state = network.refine(network.encode(_noise(1)).features, LoopState(), 0)
    assert state.refined is None
    assert state.estimate is not None


def test_a_glimpse_sees_what_lies_under_each_joint():
    torch.manual_seed(0)
    glimpse = Glimpse(4, 8)
    with torch.no_grad():
        glimpse.bias.zero_()
    fine = torch.zeros(1, 4, 32, 32)
    fine[0, :, 10, 20] = 1.0  # row 10, column 20
    xy = torch.full((1, 21, 2), 0.1)
    xy[0, 5] = torch.tensor([20.5 / 32, 10.5 / 32])
    seen = glimpse(fine, Estimate(xy, torch.zeros(1, 21), torch.zeros(1, 21, 2)))
    assert seen.shape == (1, 21, 8)
    assert bool(seen[0, 5].any())
    assert not bool(seen[0, [j for j in range(21) if j != 5]].any())
    # The middle of the 3 x 3 places is the joint itself: channel c of place 4 is row 9 c + 4 of its weights.
    expected = torch.relu(glimpse.weight[5, 4::9].sum(dim=0))
    assert torch.allclose(seen[0, 5], expected, atol=1e-5)


def test_groups_can_be_given():
    selector = BinarySelector(3)
    groups = torch.arange(21) % 3
    selector.give(groups)
    assert torch.equal(selector.assignment(), groups)
    assert selector.certainty().min().item() > 0.999
    assert selector.entropy().item() < 1e-6
    assert not selector.logits.requires_grad


def test_rendered_estimate_peaks_at_the_joint_and_carries_its_depth():
    xy = torch.full((1, 21, 2), 0.5)
    xy[0, 3] = torch.tensor([(4 + 0.5) / 16, (11 + 0.5) / 16])
    z = torch.zeros(1, 21)
    z[0, 3] = 0.25
    maps = render_estimate(Estimate(xy, z, torch.full((1, 21, 2), -3.0)), 16)
    assert maps.shape == (1, 42, 16, 16)
    assert int(maps[0, 3].argmax()) == 11 * 16 + 4
    assert float(maps[0, 3].max()) == pytest.approx(1.0)
    assert float(maps[0, 24].max()) == pytest.approx(1.0)  # depth 0.25 at scale 4


def test_exit_rule_is_the_contract():
    probability = np.array([0.0, 0.4, 0.5, 1.0])
    assert should_exit(probability, 0.0).all()
    assert not should_exit(probability, 1.0).any()
    assert should_exit(probability, 0.5).tolist() == [False, False, True, True]


def test_depth_is_what_the_points_leave_possible_and_what_is_seen():
    torch.manual_seed(0)
    network = HandNetwork().eval()
    lift = network.head.lift
    assert lift is not None
    with torch.inference_mode():
        _, outputs = network(_noise(2))
        estimate = outputs[-1].estimate
        noise = estimate.log_scale[..., 0].exp() * SIGMA_OVER_SCALE["laplace"]
        lifted = lift(estimate.xy, noise)
        network.head.lift = None
        _, unlifted = network(_noise(2), loops=1)
        network.head.lift = lift
        _, once = network(_noise(2), loops=1)
        first = once[0].estimate
        noise = first.log_scale[..., 0].exp() * SIGMA_OVER_SCALE["laplace"]

    assert lifted.shape == estimate.z.shape
    assert torch.allclose(first.z, unlifted[0].estimate.z + lift(first.xy, noise), atol=1e-5)
    assert HandNetwork(Architecture(lift=False)).head.lift is None


def test_errors_of_depth_do_not_move_the_points(network):
    xy = torch.rand(2, 21, 2, requires_grad=True)
    lifted = network.head._lifted(xy, torch.full((2, 21), -3.0))
    (gradient,) = torch.autograd.grad(lifted.sum(), xy, allow_unused=True)

    assert gradient is None
