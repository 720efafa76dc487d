"""BVH: the skeleton of one hand, its rest pose, and its turns at an even rate; centimetres, y up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.exports.job import ExportJob
from handtrack.exports.motion import Y_UP, motions, placeless
from handtrack.exports.turning import palm_axes, shortest_turn, unit
from handtrack.skeleton import FINGERS, JOINT_NAMES, WRIST

_CM: Final = 100.0


@dataclass(frozen=True, slots=True)
class _Bone:
    """A bone from the joint `head` to the joint `tail`, and its direction (3,) in the rest pose."""

    head: int
    tail: int
    rest: np.ndarray

    @property
    def name(self) -> str:
        # Those of the palm all begin at the wrist: they take their names from where they end.
        return f"{JOINT_NAMES[self.tail]}_base" if self.head == WRIST else JOINT_NAMES[self.head]


def write(job: ExportJob, path: Path) -> Iterator[str]:
    """Write the track that was seen in most frames; where it is lost, its last pose stays."""
    found = motions(job)
    motion = max(found, key=lambda each: len(each.times))
    count = int(np.floor((motion.times[-1] - motion.times[0]) * job.fps + 1e-6)) + 1
    times = motion.times[0] + np.arange(count) / job.fps
    joints = _held(motion.at(times)[0]) * Y_UP
    fingers = _bones(joints, motion.handedness)
    lengths = {bone.tail: float(np.median(_length(joints, bone))) for chain in fingers for bone in chain}
    lines = [*_hierarchy(fingers, lengths), "MOTION", f"Frames: {count}", f"Frame Time: {1 / job.fps:.8f}"]
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write("\n".join(lines) + "\n")
        np.savetxt(file, _channels(joints, motion.handedness, fingers), fmt="%.5f")
    yield f"the hand is {motion.name}, from {motion.times[0]:.2f} s of the session on"
    off = 1000 * _deviation(joints, fingers, lengths)
    yield f"each bone has its median length: joints lie {off:.1f} mm from the recorded ones on average"
    if len(found) > 1:
        others = ", ".join(f"{each.track_id} ({each.handedness})" for each in found if each is not motion)
        yield f"a BVH file has one hand; others are written with --track: {others}"
    yield from placeless([motion])


def _deviation(joints: np.ndarray, fingers: list[tuple[_Bone, ...]], lengths: dict[int, float]) -> float:
    """Mean distance, metres, of the joints of bones that keep their lengths from the recorded ones."""
    apart = []
    for chain in fingers:
        place = joints[:, WRIST]
        for bone in chain:
            aim = unit(joints[:, bone.tail] - joints[:, bone.head])
            place = place + lengths[bone.tail] * aim
            apart.append(np.linalg.norm(place - joints[:, bone.tail], axis=1))
    return float(np.mean(apart))


def _held(joints: np.ndarray) -> np.ndarray:
    """Joints (T, 21, 3) whose gaps (NaN) have the last pose before them."""
    known = np.isfinite(joints[:, 0, 0])
    return joints[np.maximum.accumulate(np.where(known, np.arange(len(joints)), 0))]


def _length(joints: np.ndarray, bone: _Bone) -> np.ndarray:
    return np.linalg.norm(joints[:, bone.tail] - joints[:, bone.head], axis=-1)


def _bones(joints: np.ndarray, handedness: str) -> list[tuple[_Bone, ...]]:
    """The four bones of each finger with their rest pose.

    A flat hand with the palm toward +z: each palm bone lies as the median over the recording has it in the
    palm's axes; the fingers point to +y, and the thumb on along its palm bone.
    """
    palms = palm_axes(joints, handedness)
    fingers = []
    for name, chain in FINGERS.items():
        across = np.einsum("tji,tj->ti", palms, unit(joints[:, chain[0]] - joints[:, WRIST]))
        palm_bone = unit(np.median(across, axis=0))
        onward = palm_bone if name == "thumb" else np.array([0.0, 1.0, 0.0])
        heads = (WRIST, *chain[:-1])
        rests = (palm_bone, onward, onward, onward)
        fingers.append(tuple(map(_Bone, heads, chain, rests)))
    return fingers


def _channels(joints: np.ndarray, handedness: str, fingers: list[tuple[_Bone, ...]]) -> np.ndarray:
    """Numbers of each frame (T, 66): the wrist's place, then the turns in the order of the hierarchy."""
    palms = palm_axes(joints, handedness)
    columns = [_CM * joints[:, WRIST], _euler(palms)]
    for chain in fingers:
        turned = palms
        for bone in chain:
            aim = unit(joints[:, bone.tail] - joints[:, bone.head])
            local = shortest_turn(bone.rest, np.einsum("tji,tj->ti", turned, aim))
            columns.append(_euler(local))
            turned = turned @ local
    return np.concatenate(columns, axis=1)


def _euler(turns: np.ndarray) -> np.ndarray:
    """Degrees (T, 3) about z, x and y, in this order, each about the axes that the one before left."""
    z = np.arctan2(-turns[:, 0, 1], turns[:, 1, 1])
    x = np.arcsin(np.clip(turns[:, 2, 1], -1, 1))
    y = np.arctan2(-turns[:, 2, 0], turns[:, 2, 2])
    # No jumps by a full turn, between which programs would interpolate.
    return np.degrees(np.unwrap(np.stack([z, x, y], axis=1), axis=0))


def _hierarchy(fingers: list[tuple[_Bone, ...]], lengths: dict[int, float]) -> list[str]:
    turns = "Zrotation Xrotation Yrotation"
    lines = [
        "HIERARCHY",
        f"ROOT {JOINT_NAMES[WRIST]}",
        "{",
        "  OFFSET 0 0 0",
        f"  CHANNELS 6 Xposition Yposition Zposition {turns}",
    ]
    for chain in fingers:
        offset = np.zeros(3)
        for depth, bone in enumerate(chain, 1):
            pad = "  " * depth
            lines += [
                f"{pad}JOINT {bone.name}",
                f"{pad}{{",
                f"{pad}  OFFSET {_numbers(offset)}",
                f"{pad}  CHANNELS 3 {turns}",
            ]
            offset = _CM * lengths[bone.tail] * bone.rest
        pad = "  " * (len(chain) + 1)
        lines += [f"{pad}End Site", f"{pad}{{", f"{pad}  OFFSET {_numbers(offset)}", f"{pad}}}"]
        lines += ["  " * depth + "}" for depth in range(len(chain), 0, -1)]
    return [*lines, "}"]


def _numbers(values: np.ndarray) -> str:
    return " ".join(f"{value:.5f}" for value in values)
