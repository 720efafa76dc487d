"""Teach the encoder's first layers, which are ours, to feed the others as MediaPipe's lite network does."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from handtrack.model.checkpoint import save_weights
from handtrack.model.network import HandNetwork
from handtrack.study.datasets.lite_layers import lite_layers
from handtrack.study.datasets.mediapipe_lite import ensure_lite_bundle
from handtrack.study.training import distributed
from handtrack.study.training.arithmetic import nothing_too_small, one_thread
from handtrack.study.training.averaging import WeightAverage
from handtrack.study.training.batches import Batches
from handtrack.study.training.building import new_network
from handtrack.study.training.data import load_data
from handtrack.study.training.lite_network import LiteNetwork, Seen, begin_as, seen_by
from handtrack.study.training.run_state import STATE_FILE, continued, save_state
from handtrack.study.training.schedule import rate_at, share_done
from handtrack.study.training.settings import TrainingSettings

logger = logging.getLogger(__name__)

WEIGHTS: Final = "weights.safetensors"
_BORROWED_RATE: Final = 0.2
"""Of the learning rate, for layers that have learned before."""
_SHARES: Final = (1.0, 1.0, 1.0, 1.0)
"""Of what is seen, in the order of `Seen`, in what is to be made small; of places below."""
_SHARE_OF_PLACES: Final = 30.0
_LEAST_VARIANCE: Final = 1e-4
_SAVE_EVERY_S: Final = 300.0
_REPORT_EVERY: Final = 20
_CPU: Final = torch.device("cpu")


class Imitation(nn.Module):
    """An encoder and its guess, seen as the network that they imitate is."""

    def __init__(self, network: HandNetwork) -> None:
        super().__init__()
        self.encoder, self.guess = network.encoder, network.guess
        for part in (self.encoder.ahead, self.encoder.lateral, self.guess.draw):
            part.requires_grad_(False)  # nothing is known yet of what the loops will want to see

    def forward(self, crops: Tensor) -> Seen:
        """Of crops (B, 3, N, N)."""
        return seen_by(self.encoder, self.guess, crops)


def unlikeness(seen: Seen, wanted: Seen, variance: Seen) -> Tensor:
    """How far two views of the same crops lie apart, in the variance (1, C, ...) of what is wanted."""
    terms = [
        share * ((own - other) ** 2 / each.clamp_min(_LEAST_VARIANCE)).mean()
        for share, own, other, each in zip(_SHARES, seen[:-1], wanted[:-1], variance[:-1], strict=True)
    ]
    places: Tensor = (seen.xy - wanted.xy).abs().mean()
    return torch.stack([*terms, _SHARE_OF_PLACES * places]).sum()


def imitate(
    settings: TrainingSettings,
    folder: Path,
    progress: Callable[[float, dict[str, float]], None] | None = None,
) -> dict[str, Any]:
    """Write weights whose encoder has learned to see, and whose loops have not; for `encoder_from` of a run.

    With an `encoder_from` of its own it goes on from that one. A run found in the folder is continued.
    Raises ModelError where the network to imitate cannot be had, ConfigError or SourceError for missing or
    damaged data.
    """
    with one_thread(), nothing_too_small(), distributed.group(_CPU):
        if distributed.rank() == 0:
            ensure_lite_bundle()
        distributed.wait_for_all()
        run = Run(
            settings,
            load_data(settings, _CPU).batches,
            LiteNetwork(lite_layers(ensure_lite_bundle())),
            folder,
        )
        return run.to_the_end(progress if distributed.rank() == 0 else None)


class Run:
    """One imitation, begun or gone on with. folder: of its weights and its state."""

    def __init__(self, settings: TrainingSettings, batches: Batches, lite: LiteNetwork, folder: Path) -> None:
        """Raises ConfigError for a folder of another run."""
        torch.manual_seed(settings.seed)
        self.settings, self.folder = settings, folder
        self._batches = batches
        self._lite = lite.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # absent from the stub
        self.network = new_network(settings, _CPU)
        if settings.encoder_from is None:
            begin_as(self.network.encoder, self.network.guess, lite)
        student = Imitation(self.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = WeightAverage(student, settings.ema_decay)
        fresh = {*self.network.encoder.stem.parameters(), *self.network.encoder.enter.parameters()}
        learning = [p for p in student.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in learning if p in fresh], "peak": settings.learning_rate},
                {
                    "params": [p for p in learning if p not in fresh],
                    "peak": settings.learning_rate * _BORROWED_RATE,
                },
            ],
            weight_decay=0.0,
        )
        self.step, self.samples, self.seconds = 0, 0, 0.0
        self._student = student
        if (folder / STATE_FILE).exists():
            values = continued(folder / STATE_FILE, self._modules(), self.optimizer, settings.identity())
            self.step, self.samples, self.seconds = (values[name] for name in ("step", "samples", "seconds"))
        self._parallel = distributed.synchronised(student)
        self._variance = self._variance_wanted()

    def to_the_end(
        self,
        progress: Callable[[float, dict[str, float]], None] | None = None,
        report_every: int = _REPORT_EVERY,
    ) -> dict[str, Any]:
        """Go on to the end; returns what the weights say of it. progress: gets the share done and values."""
        last = last_saved = time.monotonic()
        while (share := self.share_done()) < 1.0:
            unlike = self.train_step(share)
            if progress is not None and self.step % report_every == 0:
                progress(share, {"unlike": unlike, "step": float(self.step)})
            now = time.monotonic()
            self.seconds += now - last
            last = now
            if distributed.agree_on(now - last_saved, _CPU) > _SAVE_EVERY_S:
                self.save()
                last = last_saved = time.monotonic()
        return self.save(done=True)

    def share_done(self) -> float:
        """Of the run, 0..1; the same in all processes."""
        settings = self.settings
        share = share_done(self.samples, self.seconds, settings.samples, settings.max_hours)
        return distributed.agree_on(share, _CPU)

    def train_step(self, share: float) -> float:
        """One step at this share of the run; how unlike the two were."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate_at(share, self.step, self.settings.warmup_steps)
        crops = self._crops(self.step)
        half = self.settings.precision == "bf16"
        self._student.train()
        with torch.autocast(_CPU.type, torch.bfloat16, enabled=half):
            with torch.no_grad():
                wanted = self._lite(crops)
            seen = self._parallel(crops)
        loss = unlikeness(seen, wanted, self._variance)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._student.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self.samples += len(crops) * distributed.world_size()
        self.average.update(self._student, self.step)
        return loss.item()

    def _crops(self, step: int) -> Tensor:
        return self._batches.at(step)[0].contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def _variance_wanted(self) -> Seen:
        """Of every channel, over the first batch."""
        wanted = self._lite(self._crops(0))
        return Seen(*(each.var((0, *range(2, each.ndim)), keepdim=True) for each in wanted))

    def _modules(self) -> dict[str, nn.Module]:
        return {"student": self._student, "average": self.average.network}

    def save(self, done: bool = False) -> dict[str, Any]:
        """Write the averaged copy, and the state to go on from or, at the end, none."""
        for network in (self._student, self.average.network):
            distributed.average_statistics(network)
        if distributed.rank() != 0:
            return {}
        facts = {"samples_seen": self.samples, "hours": round(self.seconds / 3600, 3)}
        whole = HandNetwork(self.settings.architecture)
        whole.load_state_dict(self.network.state_dict())
        whole.load_state_dict(self.average.network.state_dict(), strict=False)
        self.folder.mkdir(parents=True, exist_ok=True)
        save_weights(self.folder / WEIGHTS, whole, {"training": {**self.settings.identity(), **facts}})
        state = self.folder / STATE_FILE
        if done:
            state.unlink(missing_ok=True)
        else:
            values = {"step": self.step, "samples": self.samples, "seconds": self.seconds}
            save_state(
                state, self._modules(), self.optimizer, {**values, "settings": self.settings.identity()}
            )
        return facts
