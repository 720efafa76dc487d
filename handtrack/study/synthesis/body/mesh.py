"""The rigged hand mesh: fetched by name, checked, cached, and made ready to be shaped and posed.

The mesh is `generic-hand` of the npm package `@webxr-input-profiles/assets` (MIT). It is wanted only where
hands are rendered; the program itself ships none of it. A data folder may have more meshes (`xr_hands`).

Hand space, in metres: the wrist joint is the origin; a right hand with its palm to the camera and its fingers
up has the camera's axes (x right and towards the thumb, y down and towards the elbow, z away and towards the
back of the hand). A left hand is the mirror image (x changes sign).
"""

from __future__ import annotations

import functools
import hashlib
import logging
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Handedness, read_only
from handtrack.reading import read_limited
from handtrack.resources import cache_folder, written_whole
from handtrack.study.synthesis.body.forearm import with_forearm
from handtrack.study.synthesis.body.gltf import RawHand, read_hand
from handtrack.study.synthesis.body.people import MEAN_PERSON, Person
from handtrack.study.synthesis.body.person_hand import person_hand
from handtrack.study.synthesis.body.sculpture import relaxed_webs, sculpted
from handtrack.study.synthesis.body.subdivision import control_points, loop_subdivision
from handtrack.study.synthesis.body.surface import Surface, surface_coordinates
from handtrack.study.synthesis.body.texture_map import TextureMap, texture_map
from handtrack.study.synthesis.body.xr_hands import XR_HANDS, read_xr_hand

if TYPE_CHECKING:
    from scipy import sparse

log = logging.getLogger(__name__)

GENERIC: Final = "generic-hand"
PEOPLE: Final = "people"
MESH_COUNT: Final = 2 + len(XR_HANDS)
MESH_NAME = "generic-hand-right.glb"
_PACKAGE = "@webxr-input-profiles/assets@1.0.20"
_PACKAGE_SHA256 = "30df2a2268220fc0d0e034bed1550aabdd7a2500573c5216f64fc70d59c3d91e"
_MEMBER = "package/dist/profiles/generic-hand/right.glb"
_MESH_SHA256 = "291790c14f7f88a7f9bd35330c47392ed8e8d395ae6728f4bb7089f1bc1f2b96"
_MOST_MESH_BYTES = 1_000_000
_BOTH_WAYS = (
    f"install Node.js with npm and connect to the internet, or give the file that `npm pack {_PACKAGE}` "
    "saves on another machine"
)


@dataclass(frozen=True, slots=True, eq=False)
class HandMesh:
    """A rigged hand at rest. Arrays are read-only and describe a RIGHT hand in hand space.

    name: GENERIC, PEOPLE or one of `xr_hands.XR_HANDS`.
    handedness: "left" only makes the posed result mirrored.
    cage: (C, 3) float64 control points; they, not the vertices, are shaped and posed.
    weights: (C, 26) float64, share of each bone in each control point, rows sum to 1.
    joints: (26, 3), metres. frames: (26, 3, 3), columns: flexion axis (towards the thumb's side), along the
    bone to its end, palmar; a positive turn about the first bends towards the palm.
    smooth: (V, C) sparse, control points to vertices. gather: (V, F) sparse, face normals to vertices.
    faces: (F, 3) int32, counter-clockwise from outside. rest: (V, 3) float32, vertices at rest.
    faces_outwards: (F, 3) int32, the same faces, counter-clockwise also once a left hand is mirrored.
    surface: where on the hand each vertex lies. texture: where it lies in photographs, if the mesh has any.
    original: of a person, the mesh of the mean person, on which the marks of all people's skin are painted.
    """

    name: str
    handedness: Handedness
    cage: np.ndarray
    weights: np.ndarray
    joints: np.ndarray
    frames: np.ndarray
    smooth: sparse.csr_array
    gather: sparse.csr_array
    faces: np.ndarray
    faces_outwards: np.ndarray
    rest: np.ndarray
    surface: Surface
    texture: TextureMap | None
    original: HandMesh | None = None


def mesh_path() -> Path:
    """Where the mesh lies once it is there: in $HANDTRACK_CACHE if set, else in the user's cache folder."""
    return cache_folder() / MESH_NAME


def fetch_mesh(package: Path | None = None) -> Path:
    """Path of the mesh (94 kB); on first use the npm package (94 MB) is fetched and the rest thrown away.

    package: the `.tgz` file of the package, for a machine without npm or network.
    Raises SourceError in one line that says what is missing and both ways to supply it.
    """
    path = mesh_path()
    if package is not None:
        _store(_unpack(package), path)
    elif not _is_whole(path):
        try:
            with tempfile.TemporaryDirectory(prefix="handtrack-", ignore_cleanup_errors=True) as folder:
                _store(_unpack(_pack(Path(folder))), path)
        except OSError as error:
            raise SourceError(f"the hand mesh cannot be fetched, no temporary folder: {error}") from None
    return path


def hand_mesh(handedness: Handedness, name: str = GENERIC, folder: Path | None = None) -> HandMesh:
    """A rigged mesh with its arm; GENERIC is fetched on first use, those of `xr_hands` lie in their folder.

    The same call gives the same object. Raises SourceError where the mesh is not to be had.
    """
    return _hand_mesh(handedness, name, folder)


@functools.lru_cache(maxsize=2 * MESH_COUNT)
def _hand_mesh(handedness: Handedness, name: str, folder: Path | None) -> HandMesh:
    if handedness == "right":
        return _right_mesh(name, read_xr_hand(folder, name) if folder else _generic_hand())
    return _mirrored(_hand_mesh("right", name, folder))


@functools.lru_cache(maxsize=2)
def person_mesh(handedness: Handedness, person: Person) -> HandMesh:
    """The mesh of one of the `people`. Raises SourceError and MissingPackageError where it is not to be had.

    All people have the same faces, and their flesh hangs on its bones in the same shares.
    """
    mean = _mean_person()
    raw = person_hand(person)
    points, _, _ = with_forearm(raw.points, raw.faces, raw.weights, raw.cap)
    cage = control_points(mean.smooth, points)
    mesh = replace(
        mean,
        cage=read_only(cage),
        joints=read_only(raw.joints),
        frames=read_only(raw.frames),
        rest=read_only(mean.smooth @ cage, np.float32),
        original=mean,
    )
    return mesh if handedness == "right" else _mirrored(mesh)


@functools.cache
def _mean_person() -> HandMesh:
    return _right_mesh(PEOPLE, person_hand(MEAN_PERSON))


def _mirrored(right: HandMesh) -> HandMesh:
    return replace(right, handedness="left", faces_outwards=read_only(right.faces[:, ::-1]))


def _is_whole(path: Path) -> bool:
    try:
        return hashlib.sha256(read_limited(path, _MOST_MESH_BYTES)).hexdigest() == _MESH_SHA256
    except OSError:
        return False


def _pack(folder: Path) -> Path:
    log.info("fetching %s for its hand mesh", _PACKAGE)
    command = ["npm", "pack", _PACKAGE, "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except FileNotFoundError:
        raise SourceError(f"the hand mesh is missing and there is no npm to fetch it: {_BOTH_WAYS}") from None
    except OSError as error:
        raise SourceError(f"the hand mesh is missing and npm cannot be run ({error}): {_BOTH_WAYS}") from None
    packages = list(folder.glob("*.tgz"))
    if done.returncode != 0 or not packages:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        reason = next((line for line in lines if "ERR" in line or "error" in line), "npm failed")
        raise SourceError(f"the hand mesh is missing and could not be fetched ({reason}): {_BOTH_WAYS}")
    return packages[0]


def _unpack(package: Path) -> bytes:
    """The mesh's bytes from the package; nothing else of it is read."""
    try:
        with package.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != _PACKAGE_SHA256:
                raise SourceError(f"{package} is not {_PACKAGE} (wrong SHA-256): {_BOTH_WAYS}")
        with tarfile.open(package) as archive:
            member = archive.extractfile(_MEMBER)
            data = member.read(_MOST_MESH_BYTES) if member else b""
    except FileNotFoundError:
        raise SourceError(f"{package} does not exist: {_BOTH_WAYS}") from None
    except (OSError, KeyError, tarfile.TarError, EOFError) as error:
        raise SourceError(f"{package} cannot be read ({error}): {_BOTH_WAYS}") from None
    if hashlib.sha256(data).hexdigest() != _MESH_SHA256:
        raise SourceError(f"{_MEMBER} in {package} has a wrong SHA-256: {_BOTH_WAYS}")
    return data


def _store(data: bytes, path: Path) -> None:
    try:
        with written_whole(path) as stream:
            stream.write(data)
    except OSError as error:
        raise SourceError(
            f"the hand mesh cannot be written to {path}: {error.strerror or error}; "
            "make the folder writable, or name another one in the environment variable HANDTRACK_CACHE"
        ) from None


def _generic_hand() -> RawHand:
    raw = read_hand(fetch_mesh())
    normals = vertex_normals(raw.points, raw.faces, _gather(raw.faces, len(raw.points)))
    points = sculpted(raw.points, normals, raw.weights, raw.joints, raw.frames)
    return replace(raw, points=points, weights=relaxed_webs(raw.weights, raw.faces))


def _right_mesh(name: str, raw: RawHand) -> HandMesh:
    joints, frames = raw.joints, raw.frames
    points, faces, weights = with_forearm(raw.points, raw.faces, raw.weights, raw.cap)
    smooth, fine_faces = loop_subdivision(faces, len(points))
    cage = control_points(smooth, points)
    rest = smooth @ cage
    gather = _gather(fine_faces, len(rest))
    texture = None
    if raw.corner_uv is not None:
        corner_uv = np.zeros((len(faces), 3, 2))
        corner_uv[: (~raw.cap).sum()] = raw.corner_uv[~raw.cap]
        texture = texture_map(corner_uv, fine_faces)
    return HandMesh(
        name=name,
        handedness="right",
        cage=read_only(cage),
        weights=read_only(weights),
        joints=read_only(joints),
        frames=read_only(frames),
        smooth=smooth,
        gather=gather,
        faces=read_only(fine_faces),
        faces_outwards=read_only(fine_faces),
        rest=read_only(rest, np.float32),
        surface=surface_coordinates(
            rest, vertex_normals(rest, fine_faces, gather), smooth @ weights, joints, frames
        ),
        texture=texture,
    )


def vertex_normals(vertices: np.ndarray, faces: np.ndarray, gather: sparse.csr_array) -> np.ndarray:
    """Outward unit normals (V, 3), each the area-weighted mean of its faces."""
    a, b, c = (vertices.take(faces[:, k], axis=0) for k in range(3))
    u, v = (b - a).T, (c - a).T
    # Written out by components, which takes half the time of numpy.cross.
    areas = np.stack(
        [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]], axis=1
    )
    normals = gather @ areas
    return normals / np.sqrt(np.maximum((normals**2).sum(axis=1, keepdims=True), 1e-24))


def _gather(faces: np.ndarray, count: int) -> sparse.csr_array:
    from scipy import sparse

    columns = np.tile(np.arange(len(faces)), 3)
    return sparse.csr_array(
        (np.ones(len(columns), dtype=np.float32), (faces.T.ravel(), columns)), shape=(count, len(faces))
    )
