"""A result as one OSC bundle: fixed addresses for each side, described in docs/streams.md."""

from __future__ import annotations

from collections.abc import Iterable

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from handtrack.geometry import palm_scale
from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import FINGERTIPS, JOINT_NAMES, PINCHING_TIPS

SIDES = ("left", "right")
Argument = tuple[str, float | int | str]
"""A type's letter in OSC, and the value."""


def bundle(messages: Iterable[tuple[str, Iterable[Argument]]]) -> bytes:
    """One datagram of these messages, each an address and its arguments."""
    builder = OscBundleBuilder(IMMEDIATELY)
    for address, arguments in messages:
        message = OscMessageBuilder(address)
        for letter, value in arguments:
            message.add_arg(value, letter)
        builder.add_content(message.build())
    return builder.build().dgram


def floats(*values: float) -> list[Argument]:
    """Arguments of 32 bits."""
    return [("f", float(value)) for value in values]


def best_of(side: str, result: FrameResult) -> Hand | None:
    """The surest hand of a side: addresses are fixed, so there is room for one."""
    hands = [hand for hand in result.hands if hand.handedness == side]
    return max(hands, key=lambda hand: hand.score, default=None)


def osc_datagrams(result: FrameResult) -> Iterable[bytes]:
    """The result as one bundle."""
    messages: list[tuple[str, list[Argument]]] = [
        (
            "/handtrack/frame",
            [
                # OSC's common integer has 32 bits.
                ("i", result.frame.index % 2**31),
                ("d", result.frame.timestamp),
                ("i", len(result.hands)),
            ],
        )
    ]
    for side in SIDES:
        hand = best_of(side, result)
        messages.append((f"/handtrack/{side}/present", [("i", int(hand is not None))]))
        if hand is not None:
            messages += _hand_messages(f"/handtrack/{side}", hand)
    return (bundle(messages),)


def _hand_messages(root: str, hand: Hand) -> list[tuple[str, list[Argument]]]:
    joints = hand.joints_3d
    thumb = joints[PINCHING_TIPS[0]]
    palm = float(palm_scale(joints))
    messages: list[tuple[str, list[Argument]]] = [
        (f"{root}/id", [("i", hand.track_id % 2**31)]),
        (f"{root}/score", floats(hand.score)),
    ]
    if hand.wrist_position is not None:
        messages.append((f"{root}/wrist", floats(*hand.wrist_position)))
    for tip in FINGERTIPS[1:]:
        finger = JOINT_NAMES[tip].removesuffix("_tip")
        distance = float(((joints[tip] - thumb) ** 2).sum() ** 0.5) / palm
        messages.append((f"{root}/pinch/{finger}", floats(distance)))
    for name, joint, sigma in zip(JOINT_NAMES, joints, hand.sigma_3d, strict=True):
        messages.append((f"{root}/joint/{name}", floats(*joint, sigma)))
    return messages
