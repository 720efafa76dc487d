"""The reference engine: the network in PyTorch, on the CPU or on a graphics card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from handtrack.engines.base import EncodedCrops, LoopResult, LoopStart
from handtrack.engines.stated_sigma import StatedSigma
from handtrack.model.backbone import Features
from handtrack.model.checkpoint import load_weights
from handtrack.model.estimate import Estimate
from handtrack.model.network import LoopState, normalise_crops


class TorchEngine:
    """Runs a HandNetwork in float32, on the CPU on one thread.

    So small a network is quickest on one thread: several would wait for each other in every layer,
    and for capture and window wherever cores are few. The setting is the calling thread's.
    """

    def __init__(self, weights: Path, name: str = "torch", device: str = "cpu") -> None:
        """Load the weights. Raises ModelError if they cannot be used."""
        self.name = name
        self.network, self.metadata = load_weights(weights)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # absent from the stub
        self._device = torch.device(device)
        self.network.to(self._device)
        if self._device.type == "cuda":
            # Ten bits of mantissa would move joints by more than engines may differ.
            torch.backends.cudnn.allow_tf32 = False
        self.max_iterations = self.network.architecture.loops
        self._sigma = StatedSigma(weights, self.network.architecture, self.metadata)

    def prepare(self, hands: int = 1) -> None:
        """Nothing is left to do before the first hands."""

    def close(self) -> None:
        """Nothing is held but the network."""

    @torch.inference_mode()
    def encode(self, crops: np.ndarray) -> EncodedCrops:
        """Features of crops (B, 128, 128, 3) uint8 BGR."""
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)
        image = normalise_crops(torch.from_numpy(crops).to(self._device))
        image = image.contiguous(memory_format=torch.channels_last)
        encoding = self.network.encode(image)
        return EncodedCrops(
            encoding.features,
            encoding.presence_logit.sigmoid().cpu().numpy(),
            encoding.right_logit.sigmoid().cpu().numpy(),
        )

    @torch.inference_mode()
    def refine(self, encoded: EncodedCrops, state: Any, loop: int, rows: np.ndarray) -> LoopResult:
        """One loop for the given rows of the batch; see `Engine.refine`."""
        features = encoded.features
        if len(rows) < len(features.middle):
            chosen = torch.from_numpy(rows).to(self._device)
            features = Features(*(part[chosen] for part in features))
        output, new_state = self.network.refine(features, state or LoopState(), loop)
        estimate = output.estimate
        sigma_xy, sigma_z = self._sigma.read(estimate.log_scale.cpu().numpy())
        return LoopResult(
            estimate.xy.cpu().numpy(),
            estimate.z.cpu().numpy(),
            sigma_xy,
            sigma_z,
            output.exit_logit.sigmoid().cpu().numpy(),
            new_state,
        )

    @torch.inference_mode()
    def start_from(self, start: LoopStart) -> Any:
        """The state of loop 0 of hands that begin from an estimate; see `Engine.start_from`."""
        return LoopState(
            estimate=Estimate(
                *(
                    torch.as_tensor(values, dtype=torch.float32, device=self._device)
                    for values in (start.xy, start.z, self._sigma.state(start))
                )
            )
        )

    @torch.inference_mode()
    def keep(self, state: Any, positions: np.ndarray) -> Any:
        """The state of the hands at the given positions."""
        chosen = torch.from_numpy(positions).to(self._device)
        estimate = state.estimate
        return LoopState(
            None if state.refined is None else state.refined[chosen],
            Estimate(estimate.xy[chosen], estimate.z[chosen], estimate.log_scale[chosen]),
        )
