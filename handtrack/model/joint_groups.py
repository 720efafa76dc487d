"""Joints split into learned groups, each with features of its own (Learnable Joint Groups, AAAI 2021)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from handtrack.model.architecture import Architecture
from handtrack.model.constants import SIGMA_OVER_SCALE
from handtrack.model.estimate import Estimate
from handtrack.model.joint_mixer import JointMixer
from handtrack.model.loop_norm import LoopNorm
from handtrack.model.point_lift import PointLift
from handtrack.model.selector import BinarySelector
from handtrack.skeleton import JOINT_COUNT, WRIST

_VALUES = 5  # offset x, offset y, depth, log scale of the image, log scale of depth
_MIN_LOG_SCALE, _MAX_LOG_SCALE = -7.0, 0.0


class GroupedHead(nn.Module):
    """Refined features (B, C, H, W) to an estimate, through G branches and the selector.

    Every branch has features of its own, fused with the other branches' by its own 1x1 convolution.
    A branch reads, for each joint, a heatmap; the joint's place is the heatmap's mean plus an offset,
    and offset, depth and scales are linear in the branch's features averaged under the heatmap (for
    depth that equals a depth map's mean under the heatmap). The selector weights the branches'
    outputs; in evaluation only a joint's own group is computed for it. A mixer then lets the joints
    correct each other. Depth is what the points alone leave possible (`PointLift`), plus what is seen.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = architecture
        groups, group_channels = a.groups, a.group_channels
        self.groups, self.group_channels = groups, group_channels
        width = groups * group_channels
        self.branch = nn.Conv2d(a.channels, width, 1, bias=False)
        self.branch_norm = LoopNorm(width, a.loops, a.norm)
        self.fuse = nn.Conv2d(width, width, 1, bias=False)
        self.fuse_norm = LoopNorm(width, a.loops, a.norm)
        self.heat = nn.Parameter(torch.randn(groups, JOINT_COUNT, group_channels) * 0.1)
        self.heat_bias = nn.Parameter(torch.zeros(JOINT_COUNT))
        self.value = nn.Parameter(torch.randn(groups, JOINT_COUNT, group_channels, _VALUES) * 0.01)
        self.value_bias = nn.Parameter(torch.tensor([0.0, 0.0, 0.0, -3.0, -3.0]).repeat(JOINT_COUNT, 1))
        self.glimpse_value = nn.Parameter(torch.zeros(JOINT_COUNT, group_channels, _VALUES))
        self.mixer = JointMixer(2 * group_channels, _VALUES, a.mixer_channels)
        self.lift = PointLift() if a.lift else None
        self._sigma_over_scale = SIGMA_OVER_SCALE[a.likelihood]
        self.selector = BinarySelector(groups)
        self._start_fusion_near_identity()

    def _start_fusion_near_identity(self) -> None:
        # 0.9 on a branch's own channels and the rest shared by the others, as in the paper's code.
        others = 0.1 / max(self.groups - 1, 1)
        mix = torch.full((self.groups, self.groups), others).fill_diagonal_(0.9 if self.groups > 1 else 1.0)
        weight = torch.kron(mix, torch.eye(self.group_channels))
        with torch.no_grad():
            self.fuse.weight.copy_(weight[:, :, None, None])

    def forward(
        self, refined: Tensor, glimpse: Tensor | None, slot: int, weights: Tensor | None = None
    ) -> Estimate:
        """Estimate of the loop with this slot.

        glimpse: (B, 21, group_channels), see `Glimpse`, or None where there is nothing to look at yet.
        weights: the selector's (21, G), so that all loops of one pass share one sample.
        """
        branches = F.relu(self.branch_norm(self.branch(refined), slot))
        fused = F.relu(self.fuse_norm(self.fuse(branches), slot))
        batch, _, cells, _ = fused.shape
        features = fused.float().reshape(batch, self.groups, self.group_channels, cells * cells)
        weights = self.selector() if weights is None else weights
        if self.training:
            pooled, values, mean, heat = self._all_groups(features, weights)
        else:
            pooled, values, mean = self._own_group(features, weights)
            heat = None
        if glimpse is None:
            glimpse = torch.zeros_like(pooled)
        values = values + torch.einsum("bjc,jcv->bjv", glimpse, self.glimpse_value)
        values = values + self.mixer(torch.cat([pooled, glimpse], dim=-1))
        scale = values[..., 3:].clamp(_MIN_LOG_SCALE, _MAX_LOG_SCALE)
        xy, depth = mean + values[..., :2], values[..., 2]
        depth = depth - depth[:, WRIST : WRIST + 1]
        if self.lift is not None:
            depth = depth + self._lifted(xy, scale[..., 0])
        return Estimate(xy, depth, scale, heat)

    def _lifted(self, xy: Tensor, log_scale: Tensor) -> Tensor:
        """Depths (B, 21) that the points leave possible; errors of depth are not to move the points."""
        assert self.lift is not None
        points, noise = xy.detach().float(), log_scale.detach().float().exp() * self._sigma_over_scale
        if not self.training:
            return self.lift(points, noise)
        # The points' unit is the whole crop: half precision would cost a tenth of a pixel.
        with torch.autocast(points.device.type, enabled=False):
            return self.lift(points, noise)

    def _all_groups(self, features: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """As `_own_group`, of all branches weighted by the selector, and the heatmaps (B, 21, cells)."""
        # Not one product over all hands' cells: a graphics card would sum its gradient on three cores alone.
        logits = self.heat @ features + self.heat_bias[:, None]
        probability = logits.softmax(dim=-1)
        pooled = torch.einsum("bgjp,bgcp->bgjc", probability, features)
        values = torch.einsum("bgjc,gjcv,jg->bjv", pooled, self.value, weights) + self.value_bias
        heat = torch.einsum("bgjp,jg->bjp", probability, weights)
        return torch.einsum("bgjc,jg->bjc", pooled, weights), values, heat @ self._grid(features), heat

    def _own_group(self, features: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features under each joint's heatmap (B, 21, C), values (B, 21, 5), the heatmap's mean (B, 21, 2).

        For binary weights, computed for each joint's own group alone.
        """
        flat = features.flatten(1, 2)
        chosen = weights.T[:, :, None]
        heat_weight = (self.heat * chosen).permute(1, 0, 2).flatten(1)
        value_weight = (self.value * chosen[..., None]).sum(dim=0)
        probability = (heat_weight @ flat + self.heat_bias[:, None]).softmax(dim=-1)
        everywhere = (probability @ flat.transpose(1, 2)).unflatten(2, (self.groups, self.group_channels))
        pooled = torch.einsum("bjgc,jg->bjc", everywhere, weights)
        values = torch.einsum("bjc,jcv->bjv", pooled, value_weight) + self.value_bias
        return pooled, values, probability @ self._grid(features)

    @staticmethod
    def _grid(features: Tensor) -> Tensor:
        """Centres (cells * cells, 2) of the map's cells, x and y in 0..1."""
        cells = round(features.shape[-1] ** 0.5)
        line = (torch.arange(cells, device=features.device, dtype=features.dtype) + 0.5) / cells
        y, x = torch.meshgrid(line, line, indexing="ij")
        return torch.stack([x.flatten(), y.flatten()], dim=-1)
