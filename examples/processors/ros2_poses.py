"""Publish each hand as a ROS 2 topic, /hands/right or /hands/left: geometry_msgs/msg/PoseArray of 21 joints.

handtrack run --processor examples/processors/ros2_poses.py:Ros2Poses

It needs `pip install cyclonedds` and no ROS 2: topics of ROS 2 are topics of DDS. Joints are in metres, in an
optical frame (x right, y down, z away from the camera), in handtrack's order, without orientations. Only
programs on this machine are reached; set CYCLONEDDS_URI, as for any program of CycloneDDS, to reach others.
"""

import os
import time
from dataclasses import dataclass

import numpy as np
from cyclonedds.core import Policy, Qos
from cyclonedds.domain import Domain, DomainParticipant
from cyclonedds.idl import IdlStruct
from cyclonedds.idl.types import float64, int32, sequence, uint32
from cyclonedds.pub import DataWriter
from cyclonedds.topic import Topic
from cyclonedds.util import duration

from handtrack.hand import FrameResult, Hand

FRAME_ID = "handtrack_camera_optical_frame"
THIS_MACHINE = """
<CycloneDDS><Domain>
  <General>
    <Interfaces><NetworkInterface address="127.0.0.1"/></Interfaces><AllowMulticast>false</AllowMulticast>
  </General>
  <Discovery><ParticipantIndex>auto</ParticipantIndex><Peers><Peer address="127.0.0.1"/></Peers></Discovery>
</Domain></CycloneDDS>
"""
AS_ROS = Qos(
    Policy.Reliability.Reliable(duration(milliseconds=100)),
    Policy.History.KeepLast(10),
    Policy.DataRepresentation(use_cdrv0_representation=True),
)
"""ROS 2's own choice for topics, so that its subscribers are matched."""


@dataclass
class Time(IdlStruct, typename="builtin_interfaces::msg::dds_::Time_"):
    """builtin_interfaces/msg/Time."""

    sec: int32
    nanosec: uint32


@dataclass
class Header(IdlStruct, typename="std_msgs::msg::dds_::Header_"):
    """std_msgs/msg/Header."""

    stamp: Time
    frame_id: str


@dataclass
class Point(IdlStruct, typename="geometry_msgs::msg::dds_::Point_"):
    """geometry_msgs/msg/Point."""

    x: float64
    y: float64
    z: float64


@dataclass
class Quaternion(IdlStruct, typename="geometry_msgs::msg::dds_::Quaternion_"):
    """geometry_msgs/msg/Quaternion."""

    x: float64
    y: float64
    z: float64
    w: float64


@dataclass
class Pose(IdlStruct, typename="geometry_msgs::msg::dds_::Pose_"):
    """geometry_msgs/msg/Pose."""

    position: Point
    orientation: Quaternion


@dataclass
class PoseArray(IdlStruct, typename="geometry_msgs::msg::dds_::PoseArray_"):
    """geometry_msgs/msg/PoseArray."""

    header: Header
    poses: sequence[Pose]


class Ros2Poses:
    """Writes a message for each hand and frame."""

    def __init__(self) -> None:
        number = int(os.environ.get("ROS_DOMAIN_ID", "0"))
        self._domain = None if "CYCLONEDDS_URI" in os.environ else Domain(number, THIS_MACHINE)
        participant = DomainParticipant(number)
        self._writers = {
            side: DataWriter(
                participant, Topic(participant, f"rt/hands/{side}", PoseArray, qos=AS_ROS), qos=AS_ROS
            )
            for side in ("right", "left")
        }

    def process(self, result: FrameResult) -> None:
        """Publish the hands of a frame."""
        # ROS counts from 1970; frames count from when the machine was started.
        captured = time.time() - time.monotonic() + result.frame.timestamp
        stamp = Time(int(captured), int(captured % 1 * 1e9))
        for hand in result.hands:
            poses = [Pose(Point(*place), Quaternion(0.0, 0.0, 0.0, 1.0)) for place in places_of(hand)]
            self._writers[hand.handedness].write(PoseArray(Header(stamp, FRAME_ID), poses))


def places_of(hand: Hand) -> list[list[float]]:
    """The joints' places before the camera, metres; from the wrist where its place is not known."""
    joints = np.asarray(hand.joints_3d, float)
    return (joints if hand.wrist_position is None else joints + hand.wrist_position).tolist()
