"""The bench's rendered clips in a folder: made where they are missing, then kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.errors import ConfigError, SourceError
from handtrack.resources import resource_path
from handtrack.sessions.video import VideoWriter
from handtrack.study.datasets.labelling.manifest import read_manifest
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.evaluation.motion.truth import MotionTruth, load_truth, save_truth
from handtrack.study.synthesis.film.film import Film, FilmFrame
from handtrack.study.synthesis.film.plan import FilmPlan, FilmSettings, film_plans
from handtrack.study.synthesis.looks.backgrounds import HandPicture
from handtrack.study.synthesis.rendering.renderer import HandRenderer

PLAN_FILE: Final = "plan.json"
_CRF: Final = 12  # nothing that the eye or a network sees is lost
_ARRAYS: Final = ("joints_2d", "joints_3d", "visible", "covered")


@dataclass(frozen=True, slots=True)
class Rooms:
    """What stands behind the hands.

    panoramas: folder of .hdr, or None. pictures: real ones, hands boxed. faces: real ones without hands.
    """

    panoramas: Path | None = None
    pictures: tuple[HandPicture, ...] = ()
    faces: tuple[HandPicture, ...] = ()


def rooms_of(data: Path) -> Rooms:
    """Panoramas, validation pictures and hand-free pictures below a data folder, as far as it has any.

    Raises SourceError where its manifest cannot be read.
    """
    facts = read_manifest(data)
    boxed = {file: fact.boxes for file, fact in facts.items() if len(fact.boxes)}
    held_out = validation_mask(resource_path("configs/training/splits.yaml"), boxed)
    hdri = data / "hdri"
    return Rooms(
        hdri if hdri.is_dir() else None,
        tuple(
            HandPicture(data / file, tuple(map(tuple, hands.tolist())))
            for (file, hands), out in zip(boxed.items(), held_out, strict=True)
            if out
        ),
        tuple(HandPicture(data / file, ()) for file, fact in facts.items() if fact.no_hand),
    )


def ensure_clips(
    folder: Path,
    data: Path,
    settings: FilmSettings | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[MotionTruth]:
    """The clips of a folder in the order of their plan; those that are missing are rendered first.

    data: see `rooms_of`. settings: None means those that the folder was begun with, or the usual ones.
    progress: called with the frames done and their total where any is rendered. Raises ConfigError where the
    folder was begun with other settings, SourceError where it cannot be written or nothing can be rendered.
    """
    plans = film_plans(_settled(folder, settings))
    missing = [plan for plan in plans if not _truth_file(folder, plan).is_file()]
    if missing:
        rooms = rooms_of(data)
        total, done = sum(plan.frames for plan in missing), 0
        with HandRenderer() as renderer:
            for plan in missing:
                film = Film(plan, renderer, rooms.panoramas, rooms.pictures, rooms.faces)
                for count, _ in enumerate(_written(folder, plan, film), start=done + 1):
                    done = count
                    if progress:
                        progress(done, total)
    return [load_truth(_truth_file(folder, plan), _video_file(folder, plan)) for plan in plans]


def _written(folder: Path, plan: FilmPlan, film: Film) -> Iterator[None]:
    """Write a film's video, then its truth: a clip that has one is whole. Yields after each frame."""
    frames: list[FilmFrame] = []
    try:
        with VideoWriter(_video_file(folder, plan), fps=plan.fps, crf=_CRF) as video:
            for index in range(plan.frames):
                frame = film.frame(index)
                video.write(frame.image, round(1000 * index / plan.fps))
                frames.append(frame)
                yield
        arrays = {name: np.stack([getattr(frame, name) for frame in frames]) for name in _ARRAYS}
        save_truth(
            _truth_file(folder, plan),
            name=plan.name,
            kind=plan.kind,
            fps=plan.fps,
            frame_size=plan.size,
            hands=plan.choreography.hands,
            arrays=arrays,
        )
    except OSError as error:
        raise SourceError(f"cannot write to {folder}: {error.strerror or error}") from None


def _settled(folder: Path, settings: FilmSettings | None) -> FilmSettings:
    """The settings that the folder was begun with; it is begun with the given ones where it is new."""
    path = folder / PLAN_FILE
    try:
        if path.is_file():
            begun = _read_settings(json.loads(path.read_text(encoding="utf-8")))
            if settings not in (None, begun):
                raise ConfigError(
                    f"{folder} was begun with other settings ({path.name} has them); name another folder"
                )
            return begun
        settings = settings or FilmSettings()
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(settings), indent=1), encoding="utf-8")
    except OSError as error:
        raise SourceError(f"cannot use the folder {folder}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{path} is damaged ({' '.join(str(error).split())}): remove the folder, and it is made again"
        ) from None
    return settings


def _read_settings(values: dict[str, Any]) -> FilmSettings:
    width, height = values["size"]
    return FilmSettings(
        int(values["seed"]), float(values["seconds"]), tuple(values["kinds"]), (int(width), int(height))
    )


def _truth_file(folder: Path, plan: FilmPlan) -> Path:
    return folder / f"{plan.name}.npz"


def _video_file(folder: Path, plan: FilmPlan) -> Path:
    return folder / f"{plan.name}.mp4"
