"""One training run: sample, augment, unroll the loops, step; keep an averaged copy and save it."""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handtrack.datasets.patches import Patches
from handtrack.datasets.sample import RENDERED
from handtrack.errors import ModelError
from handtrack.model.checkpoint import save_weights
from handtrack.model.losses import Losses, Target, compute_losses
from handtrack.model.network import Architecture, HandNetwork
from handtrack.training import distributed
from handtrack.training.augment import AugmentSettings, augment
from handtrack.training.finishing import fit_gate, sigma_factors
from handtrack.training.settings import TrainingSettings
from handtrack.training.validation import measure, predict

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 300.0
MAX_SKIPPED_IN_A_ROW = 3


class Trainer:
    """Trains a HandNetwork on patches for a set number of samples.

    training: this process's share of the patches. validation: None in all processes but the first.
    folder: where `weights.safetensors` (the averaged copy) and `log.jsonl` are written.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        training: Patches,
        empty: np.ndarray,
        validation: Patches | None,
        folder: Path,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.validation = validation
        self.joints, self.spread = training.joints, training.spread
        self.sources = sorted(set(training.source.tolist()))
        # Channels first once for all: turning every batch would cost as much as its augmentation.
        self.images = torch.from_numpy(training.images).permute(0, 3, 1, 2).contiguous()
        self.empty = torch.from_numpy(empty).permute(0, 3, 1, 2).contiguous()
        self.folder = folder
        # Same start in every process, other pictures.
        own_seed = settings.seed + 1000 * distributed.rank()
        self.generator = torch.Generator().manual_seed(own_seed)
        self.sampler = np.random.default_rng(own_seed)
        self.batch = settings.batch // distributed.world_size()
        self.probabilities = sampling_chances(training.source, settings.source_cap, settings.rendered_share)
        loops = max(stage.loops for stage in settings.stages)
        self.network = HandNetwork(Architecture(groups=settings.groups, loops=loops, norm=settings.norm))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # absent from the stub
        self.average = copy.deepcopy(self.network)
        selector = list(self.network.head.selector.parameters())
        others = [p for p in self.network.parameters() if all(p is not s for s in selector)]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": others, "peak": settings.learning_rate, "weight_decay": settings.weight_decay},
                {"params": selector, "peak": settings.selector_learning_rate, "weight_decay": 0.0},
            ],
            lr=settings.learning_rate,
        )
        self.step = 0
        self.samples = 0
        self.skipped = 0
        self._skipped_in_a_row = 0
        self.loops = 0

    def run(self, progress: Callable[[float, dict[str, float]], None] | None = None) -> dict[str, Any]:
        """Train to the end; returns the weights' metadata. progress gets the share done and values."""
        started = last_saved = time.monotonic()
        while (share := self._share_done(time.monotonic() - started)) < 1.0:
            losses = self.train_step(share)
            if progress and self.step % 20 == 0 and losses is not None:
                values = {"joints": losses.joints.item(), "error": losses.errors[-1].mean().item()}
                progress(share, values | {"loops": float(self.loops), "step": float(self.step)})
            if distributed.agree_on(time.monotonic() - last_saved) > SAVE_EVERY_S:
                last_saved = time.monotonic()
                self.save(share)
        return self.finish()

    def _share_done(self, seconds: float) -> float:
        share = self.samples / self.settings.samples
        if self.settings.max_hours is not None:
            share = max(share, seconds / (self.settings.max_hours * 3600))
        return distributed.agree_on(share)

    def finish(self) -> dict[str, Any]:
        """Fit the gate on the averaged copy and save it for the last time."""
        distributed.average_statistics(self.average)
        if distributed.rank() != 0:
            return {}
        fit_gate(self.average, self._augmented_batch, self.settings.gate_steps, self.settings.gate_share)
        return self._write(1.0)

    def train_step(self, share: float) -> Losses | None:
        """One step at this share of the run; None when the batch was not finite and was skipped."""
        self._schedule(share)
        crops, target = self._augmented_batch()
        self.network.train()
        with torch.autocast("cpu", torch.bfloat16):
            encoding, outputs = self.network(crops.contiguous(memory_format=torch.channels_last), self.loops)
        s = self.settings
        losses = compute_losses(encoding, outputs, target, loop_decay=s.loop_decay, gate_share=s.gate_share)
        total = (
            losses.joints
            + s.presence_weight * losses.presence
            + s.right_weight * losses.right
            + s.gate_weight * losses.gate
        )
        self.optimizer.zero_grad(set_to_none=True)
        if not distributed.all_finite(total):
            self.skipped += 1
            self._skipped_in_a_row += 1
            logger.warning(
                "step %d: the loss is not finite; batch skipped (%d so far)", self.step, self.skipped
            )
            if self._skipped_in_a_row == MAX_SKIPPED_IN_A_ROW:
                raise ModelError(
                    f"training stopped at step {self.step}: the loss of {MAX_SKIPPED_IN_A_ROW} batches in a "
                    f"row was not finite; the last good weights, if any were saved, are in {self.folder}"
                )
            return None
        self._skipped_in_a_row = 0
        total.backward()
        distributed.average_gradients(self.network)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self.samples += len(crops) * distributed.world_size()
        self._average()
        return losses

    def save(self, share: float) -> dict[str, Any]:
        """Validate the averaged copy, write it with its metadata, and add a line to the log."""
        distributed.average_statistics(self.average)
        return self._write(share) if distributed.rank() == 0 else {}

    def _write(self, share: float) -> dict[str, Any]:
        assert self.validation is not None
        predictions = predict(self.average, self.validation)
        factors = sigma_factors(predictions)
        measures = measure(predictions, factors)
        groups = self.average.head.selector.assignment().tolist()
        self.folder.mkdir(parents=True, exist_ok=True)
        metadata = {
            "training": {
                **json.loads(self.settings.model_dump_json(exclude={"data", "labels", "splits", "rendered"})),
                "steps": self.step,
                "samples": self.samples,
                "hands": len(self.joints) * distributed.world_size(),
                "sources": self.sources,
            },
            "joint_groups": groups,
            "sigma_factors": factors,
            "validation": measures,
        }
        save_weights(self.folder / "weights.safetensors", self.average, metadata)
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(
                json.dumps({"share": round(share, 4), "step": self.step, "groups": groups, **measures}) + "\n"
            )
        return metadata

    def _schedule(self, share: float) -> None:
        loops = max(stage.loops for stage in self.settings.stages if stage.start <= share)
        if loops != self.loops:
            if self.loops:
                # A loop that joins starts from what the loop before it has learned.
                for network in (self.network, self.average):
                    for new in range(self.loops, loops):
                        network.start_loop_from(self.loops - 1, new)
            self.loops = loops
        warmup = min(1.0, (self.step + 1) / max(1, self.settings.warmup_steps))
        cosine = 0.5 * (1 + math.cos(math.pi * share))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * warmup * (0.01 + 0.99 * cosine)
        first, last = self.settings.selector_temperature
        self.network.head.selector.temperature = first * (last / first) ** share

    def _augmented_batch(self) -> tuple[torch.Tensor, Target]:
        images, joints, spread = self._batch()
        return augment(images, joints, spread, AugmentSettings(), self.generator)

    def _batch(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        empty = round(self.batch * self.settings.empty_share) if len(self.empty) else 0
        hands = self.batch - empty
        chosen = self.sampler.choice(len(self.joints), hands, p=self.probabilities)
        images = self.images[torch.from_numpy(chosen)]
        joints = self.joints[chosen]
        spread = self.spread[chosen]
        if empty:
            windows = self.empty[torch.from_numpy(self.sampler.integers(len(self.empty), size=empty))]
            images = torch.cat([images, windows])
            joints = np.concatenate([joints, np.full((empty, *joints.shape[1:]), np.nan, np.float32)])
            spread = np.concatenate([spread, np.zeros((empty, spread.shape[1]), np.float32)])
        return images, torch.from_numpy(joints), torch.from_numpy(spread)

    @torch.no_grad()
    def _average(self) -> None:
        # Young averages forget faster, or the random start would stay in them.
        decay = min(self.settings.ema_decay, (1 + self.step) / (10 + self.step))
        for kept, new in zip(
            self.average.state_dict().values(), self.network.state_dict().values(), strict=True
        ):
            if kept.is_floating_point():
                kept.lerp_(new, 1 - decay)
            else:
                kept.copy_(new)


def sampling_chances(source: np.ndarray, cap: int, rendered_share: float) -> np.ndarray:
    """Chance (N,) of each patch, from the names (N,) of their sources.

    A source of more than cap patches counts as cap of them. Rendered patches, where there are any, get
    the given share of all chances.
    """
    _, inverse, counts = np.unique(source, return_inverse=True, return_counts=True)
    weight = (np.minimum(counts, cap) / counts)[inverse]
    rendered = source == RENDERED
    if rendered.any() and not rendered.all():
        weight[rendered] *= rendered_share / weight[rendered].sum()
        weight[~rendered] *= (1 - rendered_share) / weight[~rendered].sum()
    return weight / weight.sum()
