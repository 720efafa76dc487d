"""Makes the pictures of docs/how-it-works.md from the shipped weights and clip: `make pictures`."""

from __future__ import annotations

import sys

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from saving import FOLDER, say_size

from handtrack import HandTracker
from handtrack.config import load_settings
from handtrack.hand import Frame
from handtrack.skeleton import BONES, FINGERS
from handtrack.sources import open_source

INK, PAPER, SOFT, BLUE, ORANGE, GREEN = "#22262e", "#ffffff", "#e8edf5", "#3b78c2", "#d9822b", "#2f8f6b"
GROUP_COLOURS = (BLUE, ORANGE, GREEN)
OPEN_HAND_AT = 150
"""A frame of the clip in which the hand is open, palm to the camera."""


def main() -> None:
    """Make the pictures."""
    plt.rcParams.update(
        {"font.size": 11, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": "#9aa3b2"}
    )
    with HandTracker.load(max_hands=1) as tracker:
        loop()
        gate(tracker)
        frames = clip()
        groups(tracker, frames[OPEN_HAND_AT])
        tracker.reset()
        sigma(tracker, frames)


def clip() -> list[Frame]:
    """The frames of the shipped clip, with their true hands."""
    source = open_source("demo", load_settings(), realtime=False, loop=False)
    source.open()
    frames = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def loop() -> None:
    """The way of a crop through the network, as boxes."""
    figure, axes = plt.subplots(figsize=(10, 3.2))
    axes.set(xlim=(0, 100), ylim=(2, 31))
    axes.axis("off")
    box(axes, (1, 12), (13, 9), "crop\n128 x 128", PAPER)
    box(axes, (20, 12), (15, 9), "encoder\nruns once", SOFT)
    box(axes, (43, 12), (14, 9), "refiner", "#d7e5f7")
    box(axes, (63, 12), (14, 9), "joints,\nvariances", "#d7e5f7")
    box(axes, (83, 12), (8, 9), "gate", "#fbe3cb")
    for start, end in (((14, 16.5), (20, 16.5)), ((35, 16.5), (43, 16.5)), ((57, 16.5), (63, 16.5))):
        arrow(axes, start, end)
    arrow(axes, (77, 16.5), (83, 16.5))
    arrow(axes, (91, 16.5), (99, 16.5), colour=GREEN)
    axes.text(95.4, 18, "leave", color=GREEN, ha="center", va="bottom")
    arrow(axes, (87, 21), (50, 21), bend=0.28, colour=ORANGE)
    axes.text(68.5, 28.2, "go on: the estimate as soft spots, and where to look", color=ORANGE, ha="center")
    arrow(axes, (27.5, 12), (65, 12), bend=0.22, colour="#8a93a3")
    axes.text(46, 6.8, "fine features at each joint, from loop 2 on", color="#6b7483", ha="center", va="top")
    axes.text(39, 17.4, "features", ha="center", va="bottom", size=8.5, color="#6b7483")
    save(figure, "method_loop")


def box(axes: Axes, corner: tuple[float, float], size: tuple[float, float], words: str, colour: str) -> None:
    """A named part."""
    axes.add_patch(
        FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=1.2", fc=colour, ec=INK, lw=1.2)
    )
    axes.text(corner[0] + size[0] / 2, corner[1] + size[1] / 2, words, ha="center", va="center")


def arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], bend: float = 0.0, colour: str = INK
) -> None:
    """A way from one part to another."""
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle=f"arc3,rad={bend}",
            arrowstyle="-|>",
            mutation_scale=14,
            color=colour,
            lw=1.5,
            shrinkA=0,
            shrinkB=0,
        )
    )


def gate(tracker: HandTracker) -> None:
    """Error against mean loops, a dot for each threshold."""
    table = tracker.operating_table
    assert table is not None
    loops = [point.mean_loops for point in table.points]
    errors = [point.error_2d_percent for point in table.points]
    figure, axes = plt.subplots(figsize=(7, 3.6))
    axes.plot(loops, errors, color=BLUE, marker="o", markersize=4)
    for threshold in (0.0, 0.25, table.default_threshold, 0.75, 0.95, 1.0):
        point = table.at(threshold)
        chosen = threshold == table.default_threshold
        axes.plot(
            point.mean_loops, point.error_2d_percent, "o", color=ORANGE if chosen else BLUE, markersize=8
        )
        words = f"{threshold:g}" + (" (default)" if chosen else "")
        shift = (-8, -18) if threshold == 0.75 else (5, 8)
        axes.annotate(words, (point.mean_loops, point.error_2d_percent), shift, textcoords="offset points")
    axes.set(
        xlabel="mean loops", ylabel="mean error in the picture,\n% of the hand's size", xlim=(0.85, 4.25)
    )
    room = 0.15 * (max(errors) - min(errors))
    axes.set_ylim(min(errors) - room, max(errors) + room)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    save(figure, "method_gate")


def groups(tracker: HandTracker, frame: Frame) -> None:
    """The joints of an open hand in the colours of their groups, and each group for itself."""
    chosen = np.array(tracker.weights_metadata["joint_groups"])
    assert frame.truth is not None
    joints = frame.truth[0].joints_2d
    figure, row = plt.subplots(1, 4, figsize=(10, 3.4))
    for number, axes in enumerate(row):
        shown = np.full(21, True) if number == 0 else chosen == number - 1
        for bone in BONES:
            axes.plot(*joints[list(bone)].T, color="#c9ced8", lw=2, zorder=1)
        colours = [GROUP_COLOURS[group] for group in chosen[shown]]
        axes.scatter(*joints[shown].T, c=colours, s=70, zorder=2, edgecolors=PAPER)
        axes.set_title("all joints" if number == 0 else f"group {number}", size=11)
        axes.set_aspect("equal")
        axes.invert_yaxis()
        axes.axis("off")
    save(figure, "method_groups")


def sigma(tracker: HandTracker, frames: list[Frame]) -> None:
    """Each joint's true error in the picture against its sigma, and how many lie inside."""
    sigmas, residuals, fingers = [], [], []
    names = ["wrist", *FINGERS]
    finger_of = np.array([0, *np.repeat(np.arange(1, 6), 4)])
    for frame in frames:
        for hand in tracker.process_frame(frame).hands:
            assert frame.truth is not None
            residuals.append(hand.raw_joints_2d - frame.truth[0].joints_2d)
            sigmas.append(hand.sigma_2d)
            fingers.append(finger_of)
    sigma_all, axis_all, finger = (np.concatenate(each) for each in (sigmas, residuals, fingers))
    error_all = np.linalg.norm(axis_all, axis=1)
    figure, axes = plt.subplots(figsize=(5.8, 3.8))
    palette = ["#8a93a3", ORANGE, BLUE, GREEN, "#c9a800", "#a8558c"]
    for number, name in enumerate(names):
        these = finger == number
        axes.scatter(sigma_all[these], error_all[these], s=3, alpha=0.35, color=palette[number], label=name)
    for times in (1, 2):
        inside = np.mean(np.abs(axis_all) <= times * sigma_all[:, None])
        sys.stdout.write(f"inside {times} sigma along an axis: {100 * inside:.1f} %\n")
    bins = np.clip(np.digitize(sigma_all, np.quantile(sigma_all, np.linspace(0, 1, 11)[1:-1])), 0, 9)
    middle = [np.median(sigma_all[bins == tenth]) for tenth in range(10)]
    typical = [np.median(error_all[bins == tenth]) for tenth in range(10)]
    axes.plot(middle, typical, color=INK, marker="s", markersize=5, lw=1.5, label="median, a tenth each")
    most = float(np.quantile(sigma_all, 0.995))
    expected = 1.177  # of two normal errors at right angles, the median of their length over sigma
    axes.plot([0, most], [0, expected * most], color=INK, ls="--", lw=1, label="if sigma were exact")
    axes.set(xlim=(0, most), ylim=(0, 2.5 * most), xlabel="sigma, pixels", ylabel="true error, pixels")
    legend = axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=10.5)
    for handle in legend.legend_handles:
        if hasattr(handle, "set_sizes"):
            handle.set_alpha(1)
            handle.set_sizes([24])
    axes.spines[["top", "right"]].set_visible(False)
    save(figure, "method_sigma")


def save(figure: plt.Figure, name: str) -> None:
    """Write a picture, and say how large it is."""
    path = FOLDER / f"{name}.png"
    figure.savefig(path, dpi=110, bbox_inches="tight", facecolor=PAPER)
    plt.close(figure)
    say_size(path)


if __name__ == "__main__":
    main()
