"""What hands wear and hold, and what comes before them: sleeves, watches, rings, held things, occluders."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from handtrack.study.synthesis.body.mesh import MESH_COUNT, HandMesh
from handtrack.study.synthesis.body.surface import FINGER_BONE_CHAINS
from handtrack.study.synthesis.looks.solids import (
    PATTERNS,
    Material,
    Pattern,
    Thing,
    box,
    cylinder,
    dye,
    ellipsoid,
    grid,
    torus,
)

if TYPE_CHECKING:
    from scipy import sparse

    from handtrack.study.synthesis.looks.placement import HandSurface

HeldKind = Literal["pen", "phone", "stick", "ball", "card", "cup"]
HELD_KINDS: Final[tuple[HeldKind, ...]] = ("pen", "phone", "stick", "ball", "card", "cup")

SHARES: Final = {"sleeve": 0.5, "watch": 0.14, "bracelet": 0.08, "ring": 0.2, "held": 0.1, "occluder": 0.05}
"""How often each is seen."""

_FLAT_ROOM: Final = 0.008  # metres that the fingers of an open hand stand off the palm at most
_GRIP_ROOM: Final = 0.028  # and those of a hand that is closed about something at least
_PINCH: Final = 0.022  # metres between the tips of thumb and index that hold a pen at most
_THUMB_ASIDE: Final = 0.06  # metres of its tip from the palm's middle where it leaves the palm free
# The arm's surface is sampled in rings; metres from the wrist joint towards the elbow, for the mesh at rest.
_RING_STEP: Final = 0.01
_RINGS: Final = np.arange(-0.02, 0.5401, _RING_STEP)
_COLUMNS: Final = 20
_METALS: Final = ((0.85, 0.60, 0.25), (0.70, 0.70, 0.70), (0.80, 0.50, 0.40), (0.12, 0.12, 0.13))


def random_accessories(rng: np.random.Generator, hand: HandSurface) -> tuple[Thing, ...]:
    """Things that a hand wears or holds or that come before it, in camera axes, metres; often few or none."""
    things: list[Thing] = []
    cuff = 1.0
    if rng.random() < SHARES["sleeve"]:
        cuff = float(
            rng.choice(
                [rng.uniform(-0.012, 0.03), rng.uniform(0.03, 0.12), rng.uniform(0.12, 0.35)],
                p=(0.2, 0.4, 0.4),
            )
        )
        things.append(sleeve(rng, hand, cuff))
    if cuff > 0.075:
        if rng.random() < SHARES["watch"]:
            things.extend(watch(rng, hand))
        elif rng.random() < SHARES["bracelet"]:
            things.append(bracelet(rng, hand))
    if rng.random() < SHARES["ring"]:
        fingers = rng.choice(5, size=int(rng.integers(1, 3)), replace=False, p=(0.05, 0.2, 0.2, 0.4, 0.15))
        things.extend(ring(rng, hand, int(finger)) for finger in fingers)
    if rng.random() < SHARES["held"]:
        kinds = things_that_fit(hand)
        if kinds:
            things.append(held_thing(rng, hand, kinds[rng.integers(len(kinds))]))
    if rng.random() < SHARES["occluder"]:
        things.append(occluder(rng, hand))
    return tuple(things)


def cloth(rng: np.random.Generator) -> Material:
    """A material of clothes."""
    pattern: Pattern = PATTERNS[rng.choice(len(PATTERNS), p=(0.5, 0.14, 0.1, 0.16, 0.06, 0.04))]
    size = {"knit": rng.uniform(0.004, 0.009), "checks": rng.uniform(0.012, 0.04)}.get(
        pattern, rng.uniform(0.008, 0.04)
    )
    return Material(dye(rng), dye(rng), pattern, float(size), roughness=float(rng.uniform(0.7, 1.0)))


def sleeve(rng: np.random.Generator, hand: HandSurface, cuff: float) -> Thing:
    """A sleeve from the cuff up the arm; cuff: metres from the wrist towards the elbow."""
    material = cloth(rng)
    near, far = (
        np.arange(cuff + 0.01, min(cuff + 0.14, _RINGS[-1]), 0.01),
        np.arange(cuff + 0.14, _RINGS[-1], 0.03),
    )
    rows = np.concatenate([[cuff, cuff, cuff + 0.002], near, far])
    points, normals = _arm(hand, rows)
    turn = np.arange(_COLUMNS) / _COLUMNS * 2 * np.pi
    loose = float(rng.uniform(0.002, 0.014))
    # Folds run across the sleeve, slanting, and die out where the cuff holds the cloth.
    folds = np.zeros((len(rows), _COLUMNS))
    for _ in range(4):
        period, lean, phase = rng.uniform(0.02, 0.09), rng.integers(-2, 3), rng.uniform(0, 2 * np.pi)
        folds += np.sin(rows[:, None] * (2 * np.pi / period) + lean * turn + phase) * rng.uniform(0.3, 1.0)
    folds *= rng.uniform(0.0004, 0.0022) * np.clip((rows[:, None] - cuff) / 0.02, 0.0, 1.0)
    offset = loose * np.clip((rows[:, None] - cuff) / 0.05 + 0.35, 0.0, 1.0) + folds + 0.0015
    offset[0] = 0.0  # the cloth's inner edge
    if rng.random() < 0.5:  # a cuff sewn double
        offset[1 : 4 + int(rng.integers(3))] += 0.0015
    return _tube(points + normals * offset[..., None], rows, material)


def watch(rng: np.random.Generator, hand: HandSurface) -> tuple[Thing, Thing]:
    """A wrist watch: strap and case, the case on the back of the wrist or, at times, on its inside."""
    size = float(rng.uniform(0.015, 0.021))
    place = float(rng.uniform(0.022, 0.045))
    leather = Material(dye(rng), dye(rng), roughness=float(rng.uniform(0.4, 0.8)))
    strap = leather if rng.random() < 0.6 else _metal(rng)
    rows = place + np.array([-1.0, -1.0, -0.85, 0.85, 1.0, 1.0]) * size * 0.55
    points, normals = _arm(hand, rows)
    band = _tube(
        points + normals * np.array([0.0, 1.5, 2.5, 2.5, 1.5, 0.0])[:, None, None] / 1000, rows, strap
    )
    points, normals = _arm(hand, np.array([place - 0.01, place, place + 0.01]))
    column = 3 * _COLUMNS // 4 if rng.random() < 0.85 else _COLUMNS // 4
    up, along = normals[1, column], points[2, column] - points[0, column]
    frame = _frame(up, along)
    black = Material(np.full(3, 0.01), np.full(3, 0.2), roughness=0.12, reflectance=0.05)
    case = black if rng.random() < 0.5 else _metal(rng)
    body = (
        cylinder(size, 0.009, case)
        if rng.random() < 0.6
        else box(np.array([size * 1.7, 0.009, size * 2.0]), case)
    )
    return band, body.placed(frame, points[1, column] + up * 0.004)


def bracelet(rng: np.random.Generator, hand: HandSurface) -> Thing:
    """A thin band about the wrist, of cord, plastic or metal."""
    width, place = float(rng.uniform(0.0015, 0.006)), float(rng.uniform(0.012, 0.05))
    rows = place + np.array([-1.0, -0.7, 0.7, 1.0]) * width
    points, normals = _arm(hand, rows)
    material = _metal(rng) if rng.random() < 0.5 else Material(dye(rng), dye(rng), roughness=0.6)
    thick = np.array([0.0, 1.0, 1.0, 0.0])[:, None, None] * width * 0.8 + 0.0004
    return _tube(points + normals * thick, rows, material)


def ring(rng: np.random.Generator, hand: HandSurface, finger: int) -> Thing:
    """A ring on a finger's first phalanx (thumb 0 to little 4)."""
    chain = FINGER_BONE_CHAINS[finger]
    first = 1 if finger == 0 else 0
    share = float(rng.uniform(0.55, 0.66))
    start, end = hand.joints[chain[first]], hand.joints[chain[first + 1]]
    along = (end - start) / np.linalg.norm(end - start)
    near = hand.vertices[_finger_band(hand.mesh.original or hand.mesh, finger, first + share)]
    middle = near.mean(axis=0)
    off = near - middle
    off -= np.outer(off @ along, along)
    radius = float(np.linalg.norm(off, axis=1).mean()) + 0.0006
    tube = float(rng.uniform(0.0008, 0.0018))
    frame = _frame(along, hand.frames[chain[first]][:, 0])
    return torus(radius, tube, _metal(rng)).placed(frame, middle)


def things_that_fit(hand: HandSurface) -> tuple[HeldKind, ...]:
    """What a hand in this pose can hold without its fingers going through it; often nothing."""
    size = hand_size(hand)
    thumb, palm = hand.joints[4], 0.35 * hand.joints[0] + 0.65 * hand.joints[[6, 11, 16, 21]].mean(axis=0)
    if float(np.linalg.norm(thumb - hand.joints[9])) < _PINCH * size:
        return ("pen",)
    room = _room_in_grip(hand)
    if room < _FLAT_ROOM * size and float(np.linalg.norm(thumb - palm)) > _THUMB_ASIDE * size:
        return ("phone", "card")
    return ("stick", "ball", "cup") if room > _GRIP_ROOM * size else ()


def hand_size(hand: HandSurface) -> float:
    """Size of the hand, 1 for the mesh's: its palm over the mesh's."""
    return float(np.linalg.norm(hand.joints[11] - hand.joints[0])) / 0.092


def _room_in_grip(hand: HandSurface) -> float:
    """How far the fingers' middle joints stand off the palm, metres."""
    knuckles = hand.joints[[6, 11, 16, 21]].mean(axis=0)
    return float(np.mean((hand.joints[[8, 13, 18, 23]] - knuckles) @ hand.frames[0][:, 2]))


def held_thing(rng: np.random.Generator, hand: HandSurface, kind: HeldKind) -> Thing:
    """A thing where a hand would hold it: a pen between the tips, a cup in the grip, a phone on the palm."""
    joints, (across, along, palmar) = hand.joints, hand.frames[0].T
    knuckles = joints[[6, 11, 16, 21]].mean(axis=0)
    palm = 0.35 * joints[0] + 0.65 * knuckles
    material = _object_material(rng)
    if kind == "pen":
        grip = (joints[4] + joints[9]) / 2
        direction = joints[6] - grip + rng.normal(0, 0.012, 3)
        pen = cylinder(float(rng.uniform(0.0035, 0.006)), 0.14, material)
        direction /= np.linalg.norm(direction)
        return pen.placed(_frame(direction, across), grip + direction * rng.uniform(0.02, 0.05))
    # How far the fingers stand off the palm tells what fits in the grip.
    radius = float(np.clip(_room_in_grip(hand) * 0.5 - 0.006, 0.007, 0.042))
    tilt = rng.normal(0, 0.12, 3)
    if kind in ("stick", "cup"):
        length = rng.uniform(0.12, 0.3) if kind == "stick" else rng.uniform(0.08, 0.14)
        centre = palm + palmar * (radius + 0.016) + along * (0.012 + 0.3 * radius)
        return cylinder(radius, float(length), material).placed(_frame(across + tilt, along), centre)
    if kind == "ball":
        size = max(radius, 0.014) * rng.uniform(0.9, 1.1, 3)
        return ellipsoid(size, material).placed(
            np.eye(3), palm + palmar * (size[0] + 0.012) + along * (0.015 + 0.4 * size[0])
        )
    wide, tall, thick = (0.072, 0.15, 0.008) if kind == "phone" else (0.054, 0.086, 0.001)
    if kind == "phone" and rng.random() < 0.4:
        colour = rng.uniform(0.1, 1.0, 3)
        material = Material(
            colour, rng.uniform(0.0, 1.0, 3), "print", 0.01, 0.15, 0.04, glow=rng.uniform(0.0, 1.0)
        )
    frame = _frame(palmar + tilt, along if rng.random() < 0.7 else across)
    centre = palm + palmar * (0.018 + thick) + along * rng.uniform(0.0, 0.05)
    return box(np.array([wide, thick, tall]), material).placed(frame, centre)


def occluder(rng: np.random.Generator, hand: HandSurface) -> Thing:
    """Something between the camera and a part of the hand."""
    target = hand.joints[rng.integers(25)]
    centre = target * rng.uniform(0.75, 0.92) + rng.normal(0, 0.01, 3)
    extent = 0.09 * hand_size(hand)
    material = cloth(rng) if rng.random() < 0.4 else _object_material(rng)
    turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    kind = rng.integers(3)
    if kind == 0:
        return box(rng.uniform(0.1, 0.75, 3) * extent, material).placed(turn, centre)
    if kind == 1:  # a rail, an edge, a cable, another arm
        return cylinder(
            float(rng.uniform(0.04, 0.25) * extent), float(rng.uniform(2, 8) * extent), material
        ).placed(turn, centre)
    return ellipsoid(rng.uniform(0.15, 0.45, 3) * extent, material).placed(turn, centre)


def _arm(hand: HandSurface, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points and outward normals (R, _COLUMNS, 3) on the arm at distances (R,) from the wrist."""
    rings = _arm_rings(hand.mesh.original or hand.mesh)
    shape = (len(_RINGS), _COLUMNS, 3)
    points, normals = (rings @ values for values in (hand.vertices, hand.normals))
    place = np.clip((rows - _RINGS[0]) / _RING_STEP, 0.0, len(_RINGS) - 1.001)
    below = place.astype(int)
    share = (place - below)[:, None, None]
    points, normals = (
        (1 - share) * values.reshape(shape)[below] + share * values.reshape(shape)[below + 1]
        for values in (points, normals)
    )
    return points, normals / np.linalg.norm(normals, axis=-1, keepdims=True)


@functools.lru_cache(maxsize=2 * MESH_COUNT)
def _arm_rings(mesh: HandMesh) -> sparse.csr_array:
    """Weights (R C, V) of the mesh's vertices in points that lie in rings about the arm."""
    from scipy import sparse

    rest = mesh.rest.astype(np.float64)
    arm = rest[rest[:, 1] > _RINGS[0]].mean(axis=0)
    angles = np.arctan2(rest[:, 2] - arm[2], rest[:, 0] - arm[0])
    turn = np.arange(_COLUMNS) / _COLUMNS * 2 * np.pi - np.pi
    heights = rest[mesh.faces, 1]
    corners, shares = [], []
    for distance in _RINGS:
        faces = mesh.faces[(heights.min(axis=1) <= distance) & (heights.max(axis=1) > distance)]
        # Barycentric coordinates in (angle, y), angles counted from each target so that no seam is met.
        around = np.angle(np.exp(1j * (angles[faces][None] - turn[:, None, None])))
        up = rest[faces, 1][None] - distance
        parts = around[..., [1, 2, 0]] * up[..., [2, 0, 1]] - around[..., [2, 0, 1]] * up[..., [1, 2, 0]]
        parts /= np.where(
            np.abs(parts.sum(axis=2, keepdims=True)) < 1e-12, np.inf, parts.sum(axis=2, keepdims=True)
        )
        far = np.abs(around).max(axis=2) > 1.0
        chosen = np.where(far | (parts.sum(axis=2) == 0.0), -np.inf, parts.min(axis=2)).argmax(axis=1)
        corners.append(faces[chosen])
        shares.append(parts[np.arange(_COLUMNS), chosen])
    count = len(_RINGS) * _COLUMNS
    place = (np.repeat(np.arange(count), 3), np.concatenate(corners).ravel())
    return sparse.csr_array(
        (np.concatenate(shares).ravel().astype(np.float32), place), shape=(count, len(rest))
    )


def _tube(points: np.ndarray, rows: np.ndarray, material: Material) -> Thing:
    turn = np.arange(_COLUMNS) / _COLUMNS * 2 * np.pi
    uv = np.stack(np.broadcast_arrays(turn[None] * 0.032, rows[:, None]), axis=-1)
    return grid(points, uv, material, closed=True)


@functools.lru_cache(maxsize=32 * MESH_COUNT)
def _finger_band(mesh: HandMesh, finger: int, along: float) -> np.ndarray:
    surface = mesh.surface
    return np.flatnonzero((surface.part == finger) & (np.abs(surface.along - along) < 0.12))


def _metal(rng: np.random.Generator) -> Material:
    colour = np.array(_METALS[rng.choice(len(_METALS), p=(0.4, 0.4, 0.1, 0.1))]) * rng.uniform(0.8, 1.1)
    return Material(colour, colour, roughness=float(rng.uniform(0.15, 0.4)), metal=1.0)


def _object_material(rng: np.random.Generator) -> Material:
    pattern: Pattern = PATTERNS[rng.choice(len(PATTERNS), p=(0.6, 0.1, 0.05, 0.0, 0.1, 0.15))]
    if rng.random() < 0.12:
        return _metal(rng)
    return Material(
        dye(rng), dye(rng), pattern, float(rng.uniform(0.01, 0.05)), float(rng.uniform(0.15, 0.8)), 0.04
    )


def _frame(up: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Rotation (3, 3) that takes y to up, and z as near along as it can be."""
    y = up / np.linalg.norm(up)
    z = along - y * (along @ y)
    z /= max(float(np.linalg.norm(z)), 1e-9)
    return np.column_stack([np.cross(y, z), y, z])
