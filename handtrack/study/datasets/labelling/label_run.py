"""Show all pictures of a folder to the teacher: several processes, each writing what it has done."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from handtrack.detectors.base import HandDetector
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.hand_search import brightened, find_hands
from handtrack.study.datasets.labelling.manifest import PictureFacts, read_manifest
from handtrack.study.datasets.labelling.pass_store import LookedAtPicture, pictures_done, write_passes
from handtrack.study.datasets.labelling.pictures import clip_files, clip_length, picture_files, read_picture
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.labelling.teacher_passes import look_carefully
from handtrack.study.datasets.workers import begin_work

logger = logging.getLogger(__name__)

MAX_HANDS = 4
MIN_CONFIDENCE = 0.4
_CHUNK = 24  # pictures a file of the store: what an interruption may lose


def picture_names(root: Path, every: int, only: Sequence[str] = ("*",)) -> list[str]:
    """Names of all pictures below root, and of every so-many-th frame of its clips.

    only: patterns with * and ?, of which a file's path below root must match one.

    Raises SourceError where there are none. Clips that cannot be read are reported and left out.
    """
    if not root.is_dir():
        raise SourceError(f"{root} is not a folder; give a folder with pictures")
    names = [file for file in picture_files(root) if _matches(file, only)]
    for clip in (file for file in clip_files(root) if _matches(file, only)):
        length = clip_length(root / clip)
        if length == 0:
            logger.warning("%s is not a readable clip; left out", root / clip)
        names += [f"{clip}#{frame}" for frame in range(0, length, every)]
    if not names:
        raise SourceError(f"there are no pictures below {root}; give a folder with .jpg or .png files")
    return names


def _matches(file: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in patterns)


def look_at_pictures(
    root: Path,
    names: Sequence[str],
    store: Path,
    bundle: Path,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Add what the teacher says about the pictures to the store, leaving out those that are in it already.

    progress is called with the number of pictures done. Unreadable pictures are recorded as such.
    Raises SourceError when the store cannot be written or a process ends early; what is done stays.
    """
    known = pictures_done(store)
    waiting = [name for name in names if name not in known]
    done = len(names) - len(waiting)
    for count in _chunks_done(root, waiting, store, bundle, workers):
        done += count
        if progress:
            progress(done)


def _chunks_done(root: Path, names: list[str], store: Path, bundle: Path, workers: int) -> Iterator[int]:
    chunks = [names[i : i + _CHUNK] for i in range(0, len(names), _CHUNK)]
    if not chunks:
        return
    LandmarkTeacher(bundle)  # what is wrong with it is better said here than by a process that dies of it
    facts = read_manifest(root)
    # Not forked: MediaPipe's threads do not survive a fork, and a forked worker can wait for them for ever.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        workers, spawn, initializer=_start_worker, initargs=(root, store, bundle, facts)
    )
    try:
        running: set[Future[int]] = {pool.submit(_look_at_chunk, chunk) for chunk in chunks}
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    except BrokenProcessPool:
        raise SourceError(
            "a labelling process ended early (out of memory, or killed); run the same command again, with "
            "fewer --workers: it goes on where it stopped"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


_worker: _Worker | None = None


def _start_worker(root: Path, store: Path, bundle: Path, facts: dict[str, PictureFacts]) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends the run, after the chunks in hand
    begin_work()
    detector = MediaPipeHandDetector(bundle, MAX_HANDS, MIN_CONFIDENCE)
    _worker = _Worker(root, store, facts, detector, LandmarkTeacher(bundle))


def _look_at_chunk(names: list[str]) -> int:
    assert _worker is not None
    return _worker.look_at_chunk(names)


class _Worker:
    def __init__(
        self,
        root: Path,
        store: Path,
        facts: dict[str, PictureFacts],
        detector: HandDetector,
        teacher: LandmarkTeacher,
    ) -> None:
        self._root = root
        self._store = store
        self._detector = detector
        self._teacher = teacher
        self._facts = facts

    def look_at_chunk(self, names: list[str]) -> int:
        write_passes(self._store, [self._look_at(name) for name in names])
        return len(names)

    def _look_at(self, name: str) -> LookedAtPicture:
        try:
            image = read_picture(self._root, name)
        except SourceError as error:
            logger.warning("%s", error)
            return LookedAtPicture(name, None)
        known = self._facts.get(name, PictureFacts())
        return look_at_picture(self._detector, self._teacher, name, image, known)


def look_at_picture(
    detector: HandDetector, teacher: LandmarkTeacher, name: str, image: np.ndarray, known: PictureFacts
) -> LookedAtPicture:
    """Candidates in a picture (H, W, 3) BGR with the teacher's passes over each. known: beforehand."""
    candidates = find_hands(detector, teacher, image, known)
    shown = brightened(image)
    hands = tuple(
        (candidate, look_carefully(teacher, shown, candidate.joints_2d)) for candidate in candidates
    )
    return LookedAtPicture(name, (image.shape[1], image.shape[0]), hands)
