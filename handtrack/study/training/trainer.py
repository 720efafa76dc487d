"""One training run: unroll the loops over batches, step, keep an averaged copy, save and go on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from handtrack.errors import ModelError
from handtrack.model.estimate import LoopOutput
from handtrack.model.loop_slots import slot_of
from handtrack.model.losses import Losses, Target, compute_losses
from handtrack.study.training import distributed
from handtrack.study.training.averaging import WeightAverage
from handtrack.study.training.batches import Batches
from handtrack.study.training.building import new_network, new_optimizer
from handtrack.study.training.gate_fit import give_gate
from handtrack.study.training.held_out import HeldOut
from handtrack.study.training.monitor import Monitor
from handtrack.study.training.run_state import STATE_FILE, continued, save_state
from handtrack.study.training.schedule import Schedule, schedule_at, share_done
from handtrack.study.training.settings import TrainingSettings
from handtrack.study.training.warm_start import last_estimate, own_estimate
from handtrack.study.training.weights_file import write_weights

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 600.0
REPORT_EVERY = 20
MAX_SKIPPED_IN_A_ROW = 3
_COUNTERS = ("step", "samples", "skipped", "seconds", "loops")


class Trainer:
    """Trains a HandNetwork on batches for a set number of samples.

    held_out: None in all processes but the first. description: what the weights' metadata says of the
    training data. folder: where `weights.safetensors` (the averaged copy), `log.jsonl`, curves and the state
    to go on from are written; a run that is found there is continued.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        batches: Batches,
        held_out: HeldOut | None,
        description: dict[str, Any],
        folder: Path,
    ) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.batches = batches
        self.device = batches.device
        self.held_out = held_out
        self.description = description
        self.folder = folder
        self.network = new_network(settings, self.device)
        self.average = WeightAverage(self.network, settings.ema_decay)
        self.optimizer = new_optimizer(self.network, settings)
        self.step = 0
        self.samples = 0
        self.skipped = 0
        self.seconds = 0.0
        self.loops = 0
        self._skipped_in_a_row = 0
        if (folder / STATE_FILE).exists():
            self._continue()
        self._parallel = distributed.synchronised(self.network)
        self._seen: tuple[torch.Tensor, list[LoopOutput], Target] | None = None
        self._monitor: Monitor | None = None

    def run(self, progress: Callable[[float, dict[str, float]], None] | None = None) -> dict[str, Any]:
        """Train to the end; returns the weights' metadata. progress gets the share done and values."""
        if distributed.rank() == 0:
            self._monitor = Monitor(self.folder)
        try:
            last = last_saved = time.monotonic()
            while (share := self._share_done()) < 1.0:
                losses = self.train_step(share)
                if self.step % REPORT_EVERY == 0 and losses is not None:
                    self._report(share, losses, progress)
                now = time.monotonic()
                self.seconds += now - last
                last = now
                if distributed.agree_on(now - last_saved, self.device) > SAVE_EVERY_S:
                    self.save(share)
                    # Validation and writing are not training.
                    last = last_saved = time.monotonic()
            return self.finish()
        finally:
            if self._monitor is not None:
                self._monitor.close()

    def _share_done(self) -> float:
        share = share_done(self.samples, self.seconds, self.settings.samples, self.settings.max_hours)
        return distributed.agree_on(share, self.device)

    def _report(
        self, share: float, losses: Losses, progress: Callable[[float, dict[str, float]], None] | None
    ) -> None:
        values = {name: getattr(losses, name).item() for name in ("joints", "heat", "presence", "right")}
        values["error"] = losses.errors[-1].mean().item()
        selector = self.network.head.selector
        if progress:
            shown = {name: values[name] for name in ("joints", "heat", "error")}
            progress(share, shown | {"loops": float(self.loops), "step": float(self.step)})
        if self._monitor is not None:
            values |= {
                "learning_rate": self.optimizer.param_groups[0]["lr"],
                "selector_temperature": selector.temperature,
                "selector_least_certainty": selector.certainty().min().item(),
                "skipped": float(self.skipped),
            }
            self._monitor.scalars({f"training/{name}": value for name, value in values.items()}, self.step)

    def finish(self) -> dict[str, Any]:
        """Fit the gate on the averaged copy and save it for the last time."""
        distributed.average_statistics(self.average.network)
        if distributed.rank() != 0:
            return {}
        give_gate(self.average.network, self.batches, self.settings)
        metadata = self._write_weights(1.0)
        (self.folder / STATE_FILE).unlink(missing_ok=True)
        return metadata

    def train_step(self, share: float) -> Losses | None:
        """One step at this share of the run; None when the batch was not finite and was skipped."""
        now = schedule_at(self.settings, share, self.step)
        self._follow(now)
        # The selector's samples come from torch's own numbers, the same in every process.
        torch.manual_seed(self.settings.seed + self.step + self.skipped)
        warm = self.loops > 1 and float(torch.rand(())) < self.settings.warm_share
        crops, target = self.batches.at(self.step + self.skipped)
        generator = torch.Generator(self.device).manual_seed(self.step + self.skipped)
        start = None
        if warm:
            # The averaged copy's, which is nearer to what users will run.
            start = last_estimate(target, generator, own_estimate(self.average.network, crops, generator))
        self.network.train()
        half = self.settings.precision == "bf16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            crops = crops.contiguous(memory_format=torch.channels_last)
            encoding, outputs = self._parallel(crops, self.loops, start)
        s = self.settings
        losses = compute_losses(encoding, outputs, target, loop_decay=s.loop_decay, likelihood=s.likelihood)
        total = (
            losses.joints
            + s.heat_weight * losses.heat
            + s.presence_weight * losses.presence
            + s.right_weight * losses.right
            + now.entropy_weight * self.network.head.selector.entropy()
        )
        self.optimizer.zero_grad(set_to_none=True)
        if not distributed.all_finite(total):
            self._skip_batch()
            return None
        self._skipped_in_a_row = 0
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self.samples += len(crops) * distributed.world_size()
        self.average.update(self.network, self.step)
        self._seen = (crops, outputs, target)
        return losses

    def _skip_batch(self) -> None:
        self.skipped += 1
        self._skipped_in_a_row += 1
        logger.warning("step %d: the loss is not finite; batch skipped (%d so far)", self.step, self.skipped)
        if self._skipped_in_a_row == MAX_SKIPPED_IN_A_ROW:
            raise ModelError(
                f"training stopped at step {self.step}: the loss of {MAX_SKIPPED_IN_A_ROW} batches in a "
                f"row was not finite; the last good weights, if any were saved, are in {self.folder}"
            )

    def _follow(self, now: Schedule) -> None:
        """Bring loops, learning rates and temperature to what the schedule says."""
        if now.loops != self.loops:
            if self.loops:
                self._add_loops(now.loops)
            self.loops = now.loops
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * now.rate
        self.network.head.selector.temperature = now.temperature

    def _add_loops(self, loops: int) -> None:
        """A loop that joins starts from what the loop before it has learned."""
        for network in (self.network, self.average.network):
            for new in range(self.loops, loops):
                network.start_loop_from(self.loops - 1, new)
            if self.loops == 1:
                network.start_loop_from(0, slot_of(0, warm=True, loops=network.architecture.loops))

    def save(self, share: float) -> None:
        """Validate the averaged copy, write it with its metadata and a line of the log, and the state."""
        for network in (self.network, self.average.network):
            distributed.average_statistics(network)
        if distributed.rank() == 0:
            self._report_validation(self._write_weights(share)["validation"])
            values = {name: getattr(self, name) for name in _COUNTERS} | {
                "settings": self.settings.identity()
            }
            save_state(self.folder / STATE_FILE, self._modules(), self.optimizer, values)

    def _report_validation(self, measures: dict[str, Any]) -> None:
        if self._monitor is None:
            return
        values: dict[str, float] = {}
        for name in ("error_2d_percent", "pa_mpjpe_mm"):
            values |= {f"{name}/loop_{loop + 1}": value for loop, value in enumerate(measures[name])}
        for name in ("within_1_sigma", "within_2_sigma", "sigma_error_rank_correlation"):
            values[name] = measures[name]
        self._monitor.scalars({f"validation/{name}": value for name, value in values.items()}, self.step)
        if self._seen is not None:
            self._monitor.samples(*self._seen, self.step)

    def _continue(self) -> None:
        path, identity = self.folder / STATE_FILE, self.settings.identity()
        values = continued(path, self._modules(), self.optimizer, identity)
        for name in _COUNTERS:
            setattr(self, name, values[name])

    def _modules(self) -> dict[str, torch.nn.Module]:
        return {"network": self.network, "average": self.average.network}

    def _write_weights(self, share: float) -> dict[str, Any]:
        assert self.held_out is not None
        training = {
            **self.settings.identity(),
            **self.description,
            "steps": self.step,
            "samples_seen": self.samples,
            "hours": round(self.seconds / 3600, 3),
        }
        return write_weights(
            self.folder, self.average.network, self.held_out, training, share, self.settings.depth_doubt
        )
