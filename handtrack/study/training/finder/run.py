"""One training run of the finder: scenes, steps, an averaged copy, and a state to go on from."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from handtrack.detectors.finder_of_graph import GRAPH_SUFFIX, finder_from_graph
from handtrack.model.checkpoint import load_finder, load_weights, save_finder
from handtrack.model.finder_network import FinderNetwork, places
from handtrack.study.datasets.whole_pictures import WholePictures, whole_pictures
from handtrack.study.training import distributed
from handtrack.study.training.arithmetic import nothing_too_small, one_thread
from handtrack.study.training.averaging import WeightAverage
from handtrack.study.training.data import load_patches
from handtrack.study.training.finder.finding import measure_finding
from handtrack.study.training.finder.loss import FinderLosses, finder_losses
from handtrack.study.training.finder.scenes import Scenes
from handtrack.study.training.finder.settings import FinderSettings
from handtrack.study.training.run_state import STATE_FILE, continued, save_state
from handtrack.study.training.schedule import rate_at, share_done

logger = logging.getLogger(__name__)

WEIGHTS, LOG = "finder.safetensors", "log.jsonl"
SAVE_EVERY_S = 600.0
_REPORT_EVERY = 20
_CPU = torch.device("cpu")
_UNSEEN_EVERY = 8  # of the hand-free pictures, one is for validation
_COUNTERS = ("step", "samples", "seconds")
_SCENES_TO_QUANTISE = 128
_SCENES_TO_NORMALISE = 16  # batches


class HeldOut(NamedTuple):
    """What no step sees: pictures of other persons, and (N, P, P, 3) uint8 without a hand."""

    pictures: WholePictures
    empty: np.ndarray


class FinderTraining:
    """A run, begun or gone on with. folder: of its state, `finder.safetensors` and `log.jsonl`."""

    def __init__(self, settings: FinderSettings, scenes: Scenes, held_out: HeldOut, folder: Path) -> None:
        """Raises ModelError for weights that cannot be used, ConfigError for a folder of another run."""
        torch.manual_seed(settings.seed)
        self.settings, self.folder = settings, folder
        self._scenes, self._held_out = scenes, held_out
        self.network = new_finder(settings, scenes)
        self.average = WeightAverage(self.network, settings.ema_decay)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.step, self.samples, self.seconds = 0, 0, 0.0
        if (folder / STATE_FILE).exists():
            self._continue()
        self._parallel = distributed.synchronised(self.network)

    def run(self, progress: Callable[[float, dict[str, float]], None] | None = None) -> dict[str, Any]:
        """Train to the end; returns what the last validation measured."""
        last = last_saved = time.monotonic()
        while (share := self._share_done()) < 1.0:
            losses = self.train_step(share)
            if progress is not None and self.step % _REPORT_EVERY == 0:
                values = {name: value.item() for name, value in losses._asdict().items()}
                progress(share, values | {"step": float(self.step)})
            now = time.monotonic()
            self.seconds += now - last
            last = now
            if distributed.agree_on(now - last_saved, _CPU) > SAVE_EVERY_S:
                self.save()
                last = last_saved = time.monotonic()
        return self.save(done=True)

    def train_step(self, share: float) -> FinderLosses:
        """One step at this share of the run."""
        rate = rate_at(share, self.step, self.settings.warmup_steps)
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.learning_rate * rate
        scenes, hands = self._scenes.at(self.step)
        self.network.train()
        answers = self._parallel(scenes.contiguous(memory_format=torch.channels_last))
        losses = finder_losses(places(answers), hands)
        self.optimizer.zero_grad(set_to_none=True)
        losses.total().backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.step += 1
        self.samples += len(scenes) * distributed.world_size()
        self.average.update(self.network, self.step)
        return losses

    def save(self, done: bool = False) -> dict[str, Any]:
        """Validate the averaged copy, write it, and the state to go on from or, at the end, none."""
        for network in (self.network, self.average.network):
            distributed.average_statistics(network)
        if distributed.rank() != 0:
            return {}
        pictures, empty = self._held_out
        found = asdict(measure_finding(self.average.network, pictures, empty, self.settings.pixels))
        facts = {
            **self.settings.identity(),
            "steps": self.step,
            "samples_seen": self.samples,
            "hours": round(self.seconds / 3600, 3),
            "validation": found,
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        save_finder(self.folder / WEIGHTS, self.average.network, facts)
        with (self.folder / LOG).open("a") as log:
            log.write(json.dumps(facts) + "\n")
        if done:
            (self.folder / STATE_FILE).unlink(missing_ok=True)
        else:
            values = {name: getattr(self, name) for name in _COUNTERS} | {
                "settings": self.settings.identity()
            }
            save_state(self.folder / STATE_FILE, self._modules(), self.optimizer, values)
        return found

    def _share_done(self) -> float:
        share = share_done(self.samples, self.seconds, self.settings.samples, self.settings.max_hours)
        return distributed.agree_on(share, _CPU)

    def _continue(self) -> None:
        path, identity = self.folder / STATE_FILE, self.settings.identity()
        values = continued(path, self._modules(), self.optimizer, identity)
        for name in _COUNTERS:
            setattr(self, name, values[name])

    def _modules(self) -> dict[str, torch.nn.Module]:
        return {"network": self.network, "average": self.average.network}


def new_finder(settings: FinderSettings, scenes: Scenes) -> FinderNetwork:
    """The network to train, with what it is to begin with knows. Raises ModelError."""
    start = settings.start_from
    if start is None:
        network = FinderNetwork()
        if settings.features_from is not None:
            network.begin_from(load_weights(settings.features_from)[0].backbone)
    elif start.suffix == GRAPH_SUFFIX:
        network = finder_from_graph(start, [scenes.at(step)[0] for step in range(_SCENES_TO_NORMALISE)])
    else:
        network = load_finder(start)
    network.requires_grad_(True)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # absent from the stub


def load_scenes(settings: FinderSettings) -> tuple[Scenes, HeldOut]:
    """What a run sees and what it is measured on. Raises ConfigError or SourceError for missing data."""
    patches = load_patches(settings)
    held_out = np.zeros(len(patches.empty), bool)
    held_out[::_UNSEEN_EVERY] = True
    if distributed.rank() != 0:
        distributed.wait_for_all()
    training, validation = (
        whole_pictures(settings.data, settings.labels, settings.splits, which, settings.pictures)
        for which in (False, True)
    )
    if distributed.rank() == 0:
        distributed.wait_for_all()
    scenes = Scenes(settings, training, patches.hands, patches.empty[~held_out])
    return scenes, HeldOut(validation, patches.empty[held_out])


def frames_to_quantise(settings: FinderSettings) -> np.ndarray:
    """Scenes (N, 3, S, S) float32 of the training data, by which the ranges of a graph's values are found."""
    scenes, _ = load_scenes(settings)
    batches = range(-(-_SCENES_TO_QUANTISE // scenes.size))
    return np.concatenate([scenes.at(step)[0].numpy() for step in batches])


def train_finder(
    settings: FinderSettings, folder: Path, progress: Callable[[float, dict[str, float]], None] | None = None
) -> dict[str, Any]:
    """Run a training; in a group of processes only the first one reports, and returns what it measured."""
    with one_thread(), nothing_too_small(), distributed.group(_CPU):
        scenes, held_out = load_scenes(settings)
        training = FinderTraining(settings, scenes, held_out, folder)
        return training.run(progress if distributed.rank() == 0 else None)
