"""The whole refinement of one hand, for people to look at: every loop, also those that the gate left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from handtrack.cropping import from_crop_sides
from handtrack.engines.torch_package import check_torch
from handtrack.hand import Crop, read_only
from handtrack.model.weights_file import shipped_weights
from handtrack.tracking.estimation import cut_crops

if TYPE_CHECKING:
    from handtrack.engines.torch_engine import TorchEngine


@dataclass(frozen=True, slots=True)
class UnfoldedLoop:
    """What the network believed after one loop, and where it looked in it.

    joints_2d: (21, 2) float32, pixels of the frame. sigma_2d: (21,) float32, pixels, one standard deviation
    along each image axis. exit_probability: the gate's. attention: (cells, cells) float32, by how much the
    features of each cell of the crop were raised (above 1) or lowered (below 1) before this loop, mean of all
    channels; None in the first loop, which attends to everything alike.
    """

    joints_2d: np.ndarray
    sigma_2d: np.ndarray
    exit_probability: float
    attention: np.ndarray | None


class Unfolder:
    """Runs every loop on a crop, as of a hand that is seen for the first time, with the reference engine.

    The engines that track live differ from it by a pixel or two of the crop. It belongs to one thread at a
    time.
    """

    def __init__(self, weights: Path | None = None) -> None:
        """For the weights of a file, or the shipped ones. Raises ModelError if they cannot be used.

        PyTorch is imported here, which takes seconds.
        """
        check_torch()
        from handtrack.engines.torch_engine import TorchEngine

        self._engine: TorchEngine = TorchEngine(weights or shipped_weights())

    def unfold(self, image: np.ndarray, crop: Crop) -> tuple[UnfoldedLoop, ...]:
        """All loops on a crop of a picture (H, W, 3) uint8 BGR, whatever the gate says."""
        import torch

        network, row = self._engine.network, np.array([0])
        encoded = self._engine.encode(cut_crops(image, [crop]))
        loops: list[UnfoldedLoop] = []
        state: Any = None
        for number in range(self._engine.max_iterations):
            attention = None
            if state is not None and network.attention is not None:
                with torch.inference_mode():
                    attention = read_only(network.attention(state.refined)[0].mean(dim=0).cpu().numpy())
            result = self._engine.refine(encoded, state, number, row)
            state = result.state
            sigma = np.sqrt(np.square(result.sigma_xy[0]).mean(axis=-1)) * crop.size
            loops.append(
                UnfoldedLoop(
                    read_only(from_crop_sides(result.xy[0], crop), np.float32),
                    read_only(sigma, np.float32),
                    float(result.exit_probability[0]),
                    attention,
                )
            )
        return tuple(loops)
