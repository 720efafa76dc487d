"""The headless job: track every frame of a source as fast as possible and record a session."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from handtrack.config import Settings
from handtrack.ending import interruption, on_signals
from handtrack.errors import SourceError
from handtrack.hand import FrameResult
from handtrack.pipeline import Pipeline, Subscription
from handtrack.plain_text import counted, printable
from handtrack.sources.base import Source

if TYPE_CHECKING:
    from handtrack.sessions.annotated import AnnotatedVideo
    from handtrack.sessions.losses import LostFrames
    from handtrack.sessions.recorder import SessionRecorder
    from handtrack.streaming import Streams

logger = logging.getLogger(__name__)

_QUEUE_FRAMES: Final = 8
_SIGNAL_CHECK: Final = 0.2
"""Seconds within which Ctrl-C is noticed while no result comes."""

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class ProcessSummary:
    """What a run of `process_source` came to.

    frames_after_detection: frames from the first with a hand on; tracked: those of them with a hand.
    detector_runs: frames that the whole-frame detector ran on. mean_loops: over all hands of all frames,
    None without a hand. failed: frames that the tracker failed on, which are not in the session.
    seconds: from the first result to the last, without loading. annotated: the files of the video, if asked
    for; see `sessions.annotated`. losses: frames that are not in the session, and what the source lost or
    left out, a sentence each. streamed: how each stream and processor did, a line each. stills: the frames
    are pictures that stand alone, and tracked are those of them with a hand.
    """

    session: Path
    annotated: tuple[Path, ...]
    frames: int
    frames_after_detection: int
    tracked: int
    detector_runs: int
    mean_loops: float | None
    failed: int
    seconds: float
    losses: tuple[str, ...] = ()
    streamed: tuple[str, ...] = ()
    stills: bool = False

    @property
    def tracked_share(self) -> float:
        """Share of the frames from the first detection on that have a hand, 0..1."""
        return self.tracked / self.frames_after_detection if self.frames_after_detection else 0.0

    @property
    def detector_share(self) -> float:
        """Share of all frames that the detector ran on, 0..1."""
        return self.detector_runs / self.frames if self.frames else 0.0

    @property
    def fps(self) -> float:
        """Frames a second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0

    def __str__(self) -> str:
        """A few lines for people."""
        seen = counted(self.frames, "picture" if self.stills else "frame")
        lines = [f"{seen} in {self.seconds:.1f} s ({self.fps:.1f} a second)"]
        if self.frames == 1:
            lines = [f"{seen} in {1000 * self.seconds:.0f} ms"]
        if self.mean_loops is None:
            lines.append("no hand was found")
        else:
            if self.stills:
                lines.append(f"hands in {self.tracked} of {seen}, each seen by itself")
            else:
                lines.append(f"{self.tracked_share:.1%} of frames tracked after the first detection")
            lines.append(f"{self.mean_loops:.2f} loops on average")
        if not self.stills:
            lines.append(f"detector ran on {self.detector_share:.1%} of frames")
        lines += map(printable, self.losses)
        lines += self.streamed
        lines.append(f"session: {self.session}")
        if self.annotated:
            lines.append(f"annotated video: {', '.join(map(str, self.annotated))}")
        return "\n".join(lines)


class _Interruption:
    """What Ctrl-C and SIGTERM leave, instead of cutting into a write. number: which signal it was, if any."""

    number: int | None = None

    def note(self, number: int) -> None:
        self.number = number

    def __bool__(self) -> bool:
        return self.number is not None


class _Tally:
    """Counts over the results of a run."""

    def __init__(self) -> None:
        self.frames = self.frames_after_detection = self.tracked = self.detector_runs = 0
        self._hands = self._loops = 0
        self._begin = self._end = time.monotonic()

    def add(self, result: FrameResult) -> None:
        self.frames += 1
        self.detector_runs += result.detector_ran
        if result.hands or self.frames_after_detection:
            self.frames_after_detection += 1
            self.tracked += bool(result.hands)
        self._hands += len(result.hands)
        self._loops += sum(hand.iterations for hand in result.hands)
        self._end = time.monotonic()

    @property
    def mean_loops(self) -> float | None:
        return self._loops / self._hands if self._hands else None

    @property
    def seconds(self) -> float:
        return self._end - self._begin


def process_source(
    source: str | int | Path | Source,
    out_dir: Path,
    settings: Settings,
    *,
    annotate: Path | None = None,
    progress: Progress | None = None,
    make_tracker: Callable[[], Any] | None = None,
) -> ProcessSummary:
    """Track every frame of a source and record a session in out_dir, which must be new or empty.

    source: a camera, video file or image folder, as `open_source` takes it, or a source.
    annotate: also write an MP4 with the hands drawn on the frames. progress: called after each frame
    with the frames done and their total, None where it is not known. make_tracker: by default loads a
    HandTracker with the settings.

    The settings' streams and processors are given each result too, and never make the tracking wait.

    Raises SessionError where the output cannot be written, StreamError where a stream cannot be opened, and
    the source's or the tracker's error; the frames before it are in the session. In the main thread, Ctrl-C
    and SIGTERM end the run: the session and the video are closed properly, then KeyboardInterrupt or
    Terminated, a SystemExit, is raised.
    """
    from handtrack.sessions.annotated import check_annotated, prepare_folder_of
    from handtrack.sessions.folder import prepare_session_folder

    out_dir = Path(out_dir)
    if annotate is not None:
        check_annotated(annotate, out_dir)
    folder_is_new = prepare_session_folder(out_dir)
    try:
        if annotate is not None and out_dir.resolve() not in annotate.resolve().parents:
            prepare_folder_of(annotate)
        interrupted = _Interruption()
        with on_signals(interrupted.note), _streams(settings) as streams:
            pipeline = Pipeline(
                _opened(source, settings), make_tracker or _loader(settings), wait_for_tracking=True
            )
            if streams is not None:
                streams.attach(pipeline)
            summary = _run(pipeline, out_dir, settings, annotate, progress, interrupted)
        if streams is not None:
            summary = replace(summary, streamed=tuple(map(str, streams.reports())))
    finally:
        if folder_is_new:
            # A run that recorded nothing leaves nothing in the way of the next one.
            with contextlib.suppress(OSError):
                out_dir.rmdir()
    if pipeline.error is not None:
        if summary.frames:
            logger.warning("%s holds the %d frames before the error", out_dir, summary.frames)
            for sentence in summary.losses:
                logger.warning("%s", printable(sentence))
        raise pipeline.error
    if interrupted.number is not None:
        logger.warning("interrupted; %s holds the %d frames so far", out_dir, summary.frames)
        raise interruption(interrupted.number)
    if not summary.frames:
        raise SourceError(f"{source} gave no frames; name another video or folder")
    return summary


def _opened(source: str | int | Path | Source, settings: Settings) -> Source:
    if isinstance(source, Source):
        return source
    from handtrack.sources import open_source

    return open_source(source, settings, realtime=False, loop=False)


def _streams(settings: Settings) -> contextlib.AbstractContextManager[Streams | None]:
    if not settings.streaming.wanted:
        return contextlib.nullcontext()
    from handtrack.streaming import opened_streams

    return opened_streams(settings.streaming)


def _loader(settings: Settings) -> Callable[[], Any]:
    def load() -> Any:
        from handtrack.tracking.tracker import HandTracker

        return HandTracker.load(settings=settings.tracker, field_of_view=settings.camera.field_of_view)

    return load


def _run(
    pipeline: Pipeline,
    out_dir: Path,
    settings: Settings,
    annotate: Path | None,
    progress: Progress | None,
    interrupted: _Interruption,
) -> ProcessSummary:
    subscription = pipeline.subscribe(_QUEUE_FRAMES)
    try:
        pipeline.start()
        tally = _Tally()
        annotated: tuple[Path, ...] = ()
        with contextlib.ExitStack() as outputs:
            first = _next_result(pipeline, subscription, interrupted, None)
            if first is not None:
                recorder = outputs.enter_context(_recorder(pipeline, out_dir, settings))
                video = outputs.enter_context(_annotated(pipeline, annotate, settings))
                tally = _record(pipeline, subscription, recorder, video, first, progress, interrupted)
                recorder.close(
                    ended=_ending(pipeline, interrupted), losses=pipeline.losses(), lost=_lost(pipeline)
                )
                annotated = () if video is None else video.parts
    finally:
        subscription.close()
        pipeline.stop()
    return ProcessSummary(
        session=out_dir,
        annotated=annotated,
        frames=tally.frames,
        frames_after_detection=tally.frames_after_detection,
        tracked=tally.tracked,
        detector_runs=tally.detector_runs,
        mean_loops=tally.mean_loops,
        failed=pipeline.stats().failed,
        seconds=tally.seconds,
        losses=(*_lost(pipeline).sentences(), *pipeline.losses()),
        stills=pipeline.source_info is not None and pipeline.source_info.stills,
    )


def _lost(pipeline: Pipeline) -> LostFrames:
    from handtrack.sessions.losses import LostFrames

    stats = pipeline.stats()
    return LostFrames(untracked=stats.dropped, failed=stats.failed, source=stats.missed)


def _record(
    pipeline: Pipeline,
    subscription: Subscription,
    recorder: SessionRecorder,
    video: AnnotatedVideo | None,
    first: FrameResult,
    progress: Progress | None,
    interrupted: _Interruption,
) -> _Tally:
    """Write every result to the outputs."""
    from handtrack.drawing import draw_result

    info = pipeline.source_info
    total = None if info is None else info.frame_count
    tally = _Tally()
    result: FrameResult | None = first
    while result is not None:
        recorder.write(result)
        if video is not None:
            elapsed_ms = round((result.frame.timestamp - first.frame.timestamp) * 1000)
            video.write(draw_result(result.frame.image, result), elapsed_ms)
        tally.add(result)
        if progress is not None:
            progress(tally.frames, total)
        result = _next_result(pipeline, subscription, interrupted, recorder)
    return tally


def _next_result(
    pipeline: Pipeline,
    subscription: Subscription,
    interrupted: _Interruption,
    recorder: SessionRecorder | None,
) -> FrameResult | None:
    """The next result, None at the end or, once the queue is empty, after an interruption."""
    while True:
        if interrupted and not pipeline.state.final:
            pipeline.stop()
        patience = _SIGNAL_CHECK if recorder is None else min(_SIGNAL_CHECK, recorder.seconds_until_flush())
        try:
            return subscription.get(timeout=patience)
        except TimeoutError:
            if recorder is not None:
                recorder.flush_if_due()


def _ending(pipeline: Pipeline, interrupted: _Interruption) -> str:
    return "interrupted" if interrupted and pipeline.error is None else pipeline.ending


def _recorder(pipeline: Pipeline, out_dir: Path, settings: Settings) -> SessionRecorder:
    from handtrack.sessions.recorder import SessionRecorder

    return SessionRecorder.of_pipeline(pipeline, out_dir, settings)


def _annotated(
    pipeline: Pipeline, path: Path | None, settings: Settings
) -> contextlib.AbstractContextManager[AnnotatedVideo | None]:
    if path is None:
        return contextlib.nullcontext()
    from handtrack.sessions.annotated import AnnotatedVideo

    fps = 0.0 if pipeline.source_info is None else pipeline.source_info.fps
    return AnnotatedVideo(path, fps=fps, crf=settings.recording.video_crf)
