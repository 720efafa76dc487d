"""The joints of a session as dex-retargeting wants them, for the hand of a robot.

python examples/robot_hand_joints.py DIR

Each side becomes `right_joints.npz` or `left_joints.npz`: `times` (T,) in seconds and `joints` (T, 21, 3) in
metres from the wrist, in its axes: x out of the palm, z from the wrist to the middle finger, y to make them
right-handed. A program of dex-retargeting then goes on so, here for vector and dexpilot retargeting:

    begin, end = retargeting.optimizer.target_link_human_indices
    positions = [retargeting.retarget(frame[end] - frame[begin]) for frame in joints]
"""

import sys

import numpy as np

import handtrack
from handtrack.skeleton import INDEX_MCP, MIDDLE_MCP, WRIST


def in_palm_axes(joints: np.ndarray, side: str) -> np.ndarray:
    """Joints (T, 21, 3) in the camera's axes -> from the wrist, in those of the palm."""
    joints = joints - joints[:, WRIST : WRIST + 1]
    forward = joints[:, MIDDLE_MCP] / np.linalg.norm(joints[:, MIDDLE_MCP], axis=1, keepdims=True)
    to_index = joints[:, INDEX_MCP] - joints[:, MIDDLE_MCP]
    # The camera's y points down, but its axes are right-handed all the same.
    out = np.cross(to_index, forward) * (1 if side == "right" else -1)
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    axes = np.stack([out, np.cross(forward, out), forward], axis=-1)
    return joints @ axes


if __name__ == "__main__":
    hands = handtrack.open_session(sys.argv[1]).hands
    for side in ("right", "left"):
        chosen = hands[hands.handedness == side]
        if len(chosen):
            joints = in_palm_axes(chosen.joints_3d.astype(float), side)
            np.savez(f"{side}_joints.npz", times=chosen.timestamp, joints=joints)
            print(f"{side}: {len(chosen)} hands to {side}_joints.npz")
