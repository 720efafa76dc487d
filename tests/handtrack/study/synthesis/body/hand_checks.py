"""What the meshes of a hand are asked for alike."""

from __future__ import annotations

import numpy as np

from handtrack.study.synthesis.body.anatomy import HandPose
from handtrack.study.synthesis.body.rig import MESH_JOINTS, PosedHand


def straight(**degrees: float) -> HandPose:
    """Fingers straight and parallel, the thumb aside."""
    joints = ("mcp_flexion", "mcp_abduction", "pip_flexion", "dip_flexion")
    fingers = {f"{f}_{joint}": 0.0 for f in ("index", "middle", "ring", "little") for joint in joints}
    return HandPose.from_degrees({**fingers, "thumb_mcp_flexion": 0.0, "thumb_ip_flexion": 0.0, **degrees})


def joints_outside(posed: PosedHand) -> list[int]:
    """The mesh's joints that do not lie in its flesh.

    Seen from a joint, outward skin covers all directions: the solid angle of the surface is 4 pi.
    """
    outside = []
    for joint in MESH_JOINTS:
        corners = posed.vertices[posed.mesh.faces].astype(np.float64) - posed.joints[joint]
        a, b, c = corners.transpose(1, 0, 2)
        la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
        volume = np.einsum("ij,ij->i", a, np.cross(b, c))
        spread = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
        if np.arctan2(volume, spread).sum() / (2 * np.pi) <= 0.9:
            outside.append(joint)
    return outside
