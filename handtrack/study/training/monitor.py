"""What a run tells while it goes on: curves and sample pictures for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import torch

from handtrack.bone_drawing import draw_bones, places_of
from handtrack.model.estimate import LoopOutput
from handtrack.model.losses import Target

FOLDER = "tensorboard"
_PICTURES = 8
_ZOOM = 2
_TRUTH, _FOUND = (90, 220, 90), (240, 120, 60)  # RGB


class Monitor:
    """Writes events below a run's folder; a run that goes on adds to what is there."""

    def __init__(self, folder: Path) -> None:
        # Late: TensorBoard takes a second to load.
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder / FOLDER))

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        """Curves, by their names."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def samples(self, crops: torch.Tensor, outputs: list[LoopOutput], target: Target, step: int) -> None:
        """Some crops (B, 3, N, N) of network input with the true skeleton and the one found, loop by loop."""
        sheet = sample_sheet(crops, outputs, target)
        self._writer.add_image("samples", sheet, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is still waiting."""
        self._writer.close()


def sample_sheet(crops: torch.Tensor, outputs: list[LoopOutput], target: Target) -> np.ndarray:
    """Picture (H, W, 3) RGB: a column for each of the first crops, a row for each loop.

    The true skeleton is green, the one found orange.
    """
    pictures = ((crops[:_PICTURES].float().cpu() * 64 + 127.5).clamp(0, 255)).byte()
    shown = pictures.flip(1).permute(0, 2, 3, 1).numpy()
    seen = (target.weight[:_PICTURES].sum(dim=1) > 0).tolist()
    truth = target.xy[:_PICTURES].cpu().numpy()
    rows = []
    for output in outputs:
        found = output.estimate.xy[:_PICTURES].detach().float().cpu().numpy()
        columns = []
        for picture, true, own, there in zip(shown, truth, found, seen, strict=True):
            large = cv2.resize(picture, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_LINEAR)
            if there:
                _draw(large, true, _TRUTH)
                _draw(large, own, _FOUND)
            columns.append(large)
        rows.append(np.concatenate(columns, axis=1))
    return np.concatenate(rows)


def _draw(picture: np.ndarray, xy: np.ndarray, colour: tuple[int, int, int]) -> None:
    draw_bones(picture, places_of(xy * len(picture), picture), [colour] * len(xy), 1)
