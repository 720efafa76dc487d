"""A session in a few numbers, and their presentation in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from handtrack.plain_text import counted, printable
from handtrack.sessions.losses import LostFrames

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import RenderableType

    from handtrack.sessions.reader import Session


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in a few numbers.

    status: "complete", or "interrupted" where it was not closed (or is still being recorded).
    fps: frames a second over the whole session, 0 for fewer than two frames. hands: the hands of all
    frames. loops: number of hands by number of loops. sigma_2d: mean standard deviation of a joint,
    pixels; sigma_3d: metres. distance: smallest, median and largest z of a wrist before the camera, and the
    mean standard deviation of z, metres; None where the session does not say.
    detector_frames: frames that the whole-frame detector ran on.
    missing: frames of the source between the first and the last recorded one that are not in the session.
    losses: what is known of frames that were lost, a sentence each. pictures: recorded frames whose picture
    is in the video, None where it cannot be read. has_video: pictures were to be kept. damage: what is wrong
    with the tables, a sentence each.
    """

    folder: Path
    status: Literal["complete", "interrupted"]
    created: str
    program_version: str
    source: str
    frame_size: tuple[int, int] | None
    frames: int
    duration: float
    fps: float
    frames_with_hand: int
    hands: int
    loops: Mapping[int, int]
    mean_loops: float | None
    sigma_2d: float | None
    sigma_3d: float | None
    distance: tuple[float, float, float, float] | None
    gate_threshold: tuple[float, float] | None
    detector_frames: int
    missing: int
    pictures: int | None
    has_video: bool
    ended: str | None
    losses: tuple[str, ...]
    damage: tuple[str, ...]

    @property
    def hand_share(self) -> float:
        """Share of the frames with a hand, 0..1."""
        return self.frames_with_hand / self.frames if self.frames else 0.0

    @property
    def detector_share(self) -> float:
        """Share of the frames that the whole-frame detector ran on, 0..1."""
        return self.detector_frames / self.frames if self.frames else 0.0


def summarise(folder: str | Path) -> SessionSummary:
    """Summary of a recorded session. Raises SessionError as `read_session` does."""
    from handtrack.sessions.reader import read_session

    session = read_session(folder)
    manifest, table = session.manifest, session.table
    starts = session.bounds[:-1]
    frames = table.take(starts)
    timestamps = frames["timestamp"].to_numpy()
    duration = float(timestamps[-1] - timestamps[0]) if len(timestamps) else 0.0
    thresholds = frames["gate_threshold"].to_numpy()
    iterations = table["iterations"].drop_null().to_numpy()
    values, counts = np.unique(iterations, return_counts=True)
    missing = _missing(frames["frame_index"].to_numpy())
    size = (frames["frame_width"][0].as_py(), frames["frame_height"][0].as_py()) if len(starts) else None
    return SessionSummary(
        folder=session.folder,
        status="complete" if manifest.status == "complete" else "interrupted",
        created=f"{manifest.created:%Y-%m-%d %H:%M:%S %Z}",
        program_version=manifest.program_version,
        source="unknown" if manifest.source is None else manifest.source.name,
        frame_size=size,
        frames=len(starts),
        duration=duration,
        fps=(len(starts) - 1) / duration if duration > 0 else 0.0,
        frames_with_hand=len(starts) - frames["track_id"].null_count,
        hands=len(iterations),
        loops={int(value): int(count) for value, count in zip(values, counts, strict=True)},
        mean_loops=float(iterations.mean()) if len(iterations) else None,
        sigma_2d=_mean(table["sigma_2d"]),
        sigma_3d=_mean(table["sigma_3d"]),
        distance=_distance(table),
        gate_threshold=(float(thresholds.min()), float(thresholds.max())) if len(thresholds) else None,
        detector_frames=int(frames["detector_ran"].to_numpy().sum()),
        missing=missing,
        pictures=_pictures(session, frames["video_time_ms"].to_numpy()),
        has_video=session.has_video,
        ended=manifest.ended,
        losses=(*_lost(session, missing), *manifest.losses),
        damage=session.damage,
    )


def render_summary(summary: SessionSummary) -> RenderableType:
    """The summary as a table for rich."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(printable(summary.folder)), show_header=False, title_justify="left", box=None)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, value in _lines(summary):
        # Texts out of the session's files must not act on the terminal.
        table.add_row(name, Text("\n".join(map(printable, value.split("\n")))))
    return table


def _lines(summary: SessionSummary) -> list[tuple[str, str]]:
    size = "" if summary.frame_size is None else f", {summary.frame_size[0]} x {summary.frame_size[1]} pixels"
    status: str = summary.status
    ended = printable(summary.ended or "")
    if summary.status == "interrupted":
        status += " (not closed: what was on the disk is shown)"
    elif ended:
        status += f" ({ended})"
    over_time = f" in {summary.duration:.2f} s, {summary.fps:.1f} a second"
    lines = [
        ("status", status),
        ("recorded", f"{summary.created}, handtrack {summary.program_version}"),
        ("source", f"{printable(summary.source)}{size}"),
        ("frames", str(summary.frames) + over_time * (summary.frames != 1)),
        ("with a hand", f"{counted(summary.frames_with_hand, 'frame')} ({summary.hand_share:.1%})"),
        ("hands", f"{summary.hands} over all frames"),
    ]
    if summary.mean_loops is not None:
        lines.append(("mean loops", f"{summary.mean_loops:.2f}"))
        lines.append(("hands by loops", _histogram(summary.loops)))
    if summary.sigma_2d is not None and summary.sigma_3d is not None:
        lines.append(("mean sigma", f"{summary.sigma_2d:.1f} px, {1000 * summary.sigma_3d:.1f} mm"))
    if summary.distance is not None:
        near, median, far, sigma = summary.distance
        lines.append(
            (
                "distance",
                f"{near:.2f} to {far:.2f} m, median {median:.2f} m, mean sigma {1000 * sigma:.0f} mm",
            )
        )
    if summary.gate_threshold is not None:
        low, high = summary.gate_threshold
        lines.append(("gate threshold", f"{low:g}" if low == high else f"{low:g} to {high:g}"))
    lines.append(
        ("detector ran on", f"{counted(summary.detector_frames, 'frame')} ({summary.detector_share:.1%})")
    )
    lines += [("lost", printable(sentence)) for sentence in summary.losses or ("nothing",)]
    lines += [("damaged", sentence) for sentence in summary.damage]
    if not summary.has_video:
        lines.append(("video", "not kept: hands alone"))
    elif summary.pictures is None:
        lines.append(("video", "cannot be read"))
    else:
        lines.append(("video", f"readable, {summary.pictures} of {counted(summary.frames, 'picture')}"))
    return lines


def _histogram(loops: Mapping[int, int], width: int = 24) -> str:
    most = max(loops.values())
    bars = {count: "█" * max(1, round(width * number / most)) for count, number in loops.items()}
    return "\n".join(f"{count:>2}  {bars[count]} {loops[count]}" for count in sorted(loops))


def _mean(lists: pa.ChunkedArray) -> float | None:
    """Mean over all finite values of a column of lists, None where there are none."""
    values = _values(lists)
    values = values[np.isfinite(values)]
    return float(values.mean(dtype=np.float64)) if len(values) else None


def _distance(table: pa.Table) -> tuple[float, float, float, float] | None:
    """Smallest, median and largest z of the wrists, and the mean of its sigma."""
    z, sigma = (_values(table[name]).reshape(-1, 3)[:, 2] for name in ("wrist_position", "sigma_position"))
    z, sigma = z[np.isfinite(z)], sigma[np.isfinite(sigma)]
    if not (len(z) and len(sigma)):
        return None
    return float(z.min()), float(np.median(z)), float(z.max()), float(sigma.mean(dtype=np.float64))


def _values(lists: pa.ChunkedArray) -> np.ndarray:
    """All values of a column of lists, one after the other."""
    chunks = [chunk.flatten().to_numpy(zero_copy_only=False) for chunk in lists.chunks]
    return np.concatenate(chunks) if chunks else np.zeros(0)


def _missing(indices: np.ndarray) -> int:
    """Numbers that the source gave to frames between the recorded ones."""
    steps = np.diff(indices)
    # A source that is played again may count from the start again.
    return int((steps[steps > 0] - 1).sum())


def _lost(session: Session, missing: int) -> tuple[str, ...]:
    """What is known of lost frames: at close all; before, what the rows tell."""
    manifest = session.manifest
    dropped = int(session.table["dropped"].to_numpy().max(initial=0))
    if manifest.untracked is not None:
        lost = LostFrames(
            manifest.dropped or 0, manifest.untracked, manifest.failed or 0, manifest.missed or 0
        )
        return lost.sentences()
    sentences = LostFrames(recorder=max(dropped, manifest.dropped or 0)).sentences()
    if missing > dropped:
        rest = missing - dropped
        sentences += (f"{rest} frame{'' if rest == 1 else 's'} between the recorded ones missing",)
    return sentences


def _pictures(session: Session, times: np.ndarray) -> int | None:
    try:
        return int(np.isin(times, session.picture_times()).sum())
    except OSError:
        return None
