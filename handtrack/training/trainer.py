"""One training run: unroll the loops over batches, step, keep an averaged copy, save and go on."""

from __future__ import annotations

import copy
import itertools
import json
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from handtrack.datasets.patches import Patches
from handtrack.errors import ConfigError, ModelError
from handtrack.model.checkpoint import save_weights
from handtrack.model.losses import Losses, compute_losses
from handtrack.model.network import Architecture, HandNetwork
from handtrack.training import distributed
from handtrack.training.batches import Batches
from handtrack.training.finishing import fit_gate, sigma_factors
from handtrack.training.run_state import STATE_FILE, load_state, save_state
from handtrack.training.settings import TrainingSettings
from handtrack.training.validation import measure, predict

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 300.0
GATE_FIRST_STEP = 10**9
MAX_SKIPPED_IN_A_ROW = 3
_COUNTERS = ("step", "samples", "skipped", "seconds", "loops")


class Trainer:
    """Trains a HandNetwork on batches for a set number of samples.

    validation: None in all processes but the first. description: what the weights' metadata says of the
    training data. folder: where `weights.safetensors` (the averaged copy), `log.jsonl` and the state to
    go on from are written; a run that is found there is continued.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        batches: Batches,
        validation: Patches | None,
        description: dict[str, Any],
        folder: Path,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.batches = batches
        self.validation = validation
        self.description = description
        self.folder = folder
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
        self.seconds = 0.0
        self.loops = 0
        self._skipped_in_a_row = 0
        if (folder / STATE_FILE).exists():
            self._continue()

    def run(self, progress: Callable[[float, dict[str, float]], None] | None = None) -> dict[str, Any]:
        """Train to the end; returns the weights' metadata. progress gets the share done and values."""
        last = last_saved = time.monotonic()
        while (share := self._share_done()) < 1.0:
            losses = self.train_step(share)
            if progress and self.step % 20 == 0 and losses is not None:
                values = {"joints": losses.joints.item(), "error": losses.errors[-1].mean().item()}
                progress(share, values | {"loops": float(self.loops), "step": float(self.step)})
            now = time.monotonic()
            self.seconds += now - last
            last = now
            if distributed.agree_on(now - last_saved) > SAVE_EVERY_S:
                last_saved = now
                self.save(share)
        return self.finish()

    def _share_done(self) -> float:
        share = self.samples / self.settings.samples
        if self.settings.max_hours is not None:
            share = max(share, self.seconds / (self.settings.max_hours * 3600))
        return distributed.agree_on(share)

    def finish(self) -> dict[str, Any]:
        """Fit the gate on the averaged copy and save it for the last time."""
        distributed.average_statistics(self.average)
        if distributed.rank() != 0:
            return {}
        # Steps that the run itself did not see.
        unseen = itertools.count(GATE_FIRST_STEP)
        fit_gate(
            self.average,
            lambda: self.batches.at(next(unseen)),
            self.settings.gate_steps,
            self.settings.gate_share,
        )
        metadata = self._write_weights(1.0)
        (self.folder / STATE_FILE).unlink(missing_ok=True)
        return metadata

    def train_step(self, share: float) -> Losses | None:
        """One step at this share of the run; None when the batch was not finite and was skipped."""
        self._schedule(share)
        # The selector's samples come from torch's own numbers, the same in every process.
        torch.manual_seed(self.settings.seed + self.step + self.skipped)
        crops, target = self.batches.at(self.step + self.skipped)
        self.network.train()
        with torch.autocast("cpu", torch.bfloat16):
            encoding, outputs = self.network(crops.contiguous(memory_format=torch.channels_last), self.loops)
        s = self.settings
        losses = compute_losses(encoding, outputs, target, loop_decay=s.loop_decay, gate_share=s.gate_share)
        total = (
            losses.joints
            + s.heat_weight * losses.heat
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

    def save(self, share: float) -> None:
        """Validate the averaged copy, write it with its metadata and a line of the log, and the state."""
        for network in (self.network, self.average):
            distributed.average_statistics(network)
        if distributed.rank() == 0:
            self._write_weights(share)
            values = {name: getattr(self, name) for name in _COUNTERS} | {"settings": self._settings()}
            save_state(self.folder / STATE_FILE, self._modules(), self.optimizer, values)

    def _continue(self) -> None:
        path = self.folder / STATE_FILE
        values = load_state(path, self._modules(), self.optimizer)
        if values["settings"] != self._settings():
            raise ConfigError(
                f"{path} is of a run with other settings; delete it or choose another --out to start anew"
            )
        for name in _COUNTERS:
            setattr(self, name, values[name])
        logger.info("going on at step %d, %d samples", self.step, self.samples)

    def _modules(self) -> dict[str, torch.nn.Module]:
        return {"network": self.network, "average": self.average}

    def _settings(self) -> dict[str, Any]:
        # Paths may be written differently, and the end may be put off.
        left_out = {"data", "labels", "splits", "rendered", "max_hours"}
        return json.loads(self.settings.model_dump_json(exclude=left_out))

    def _write_weights(self, share: float) -> dict[str, Any]:
        assert self.validation is not None
        predictions = predict(self.average, self.validation)
        factors = sigma_factors(predictions)
        measures = measure(predictions, factors)
        groups = self.average.head.selector.assignment().tolist()
        self.folder.mkdir(parents=True, exist_ok=True)
        metadata = {
            "training": {
                **self._settings(),
                **self.description,
                "steps": self.step,
                "samples_seen": self.samples,
                "hours": round(self.seconds / 3600, 3),
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
