"""Ways in which the program ends, each as a process of its own, with the exit status that is due."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LIMIT: Final = 120.0
"""Seconds after which a process that has not ended counts as standing still."""

CTRL_C: Final = (130, -signal.SIGINT)  # the second before the program could say otherwise
TERMINATED: Final = (143, -signal.SIGTERM)


WORKING_AND_BEFORE: Final = (0.1, 5.0)
"""Seconds after the start: a program is at work after two, so that half of the moments are before that."""


@dataclass(frozen=True, slots=True)
class Media:
    """What the scenarios look at: a clip with a hand, one with two in its last frames, and such photos."""

    one_hand: Path
    two_hands: Path
    photos: Path


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to end.

    due: the exit statuses that are right. command: arguments for Python, given the media and a folder to
    write to. signal, moments: which signal comes when, in seconds after the start, at random. sign: a file
    in that folder which the program makes; the seconds then count from there. window: needs a screen.
    closes_itself: the program's own end comes at a moment that is left to chance.
    """

    name: str
    due: tuple[int, ...]
    command: Callable[[Media, Path], Sequence[str | Path]]
    signal: signal.Signals | None = None
    moments: tuple[float, float] = (0.0, 0.0)
    sign: str | None = None
    window: bool = False
    closes_itself: bool = False

    @property
    def by_chance(self) -> bool:
        """Whether it ends at another moment each time."""
        return self.closes_itself or self.signal is not None


@dataclass(frozen=True, slots=True)
class Ending:
    """How one run ended. status: None where it stood still. seconds: from the signal, or else the start."""

    status: int | None
    seconds: float
    errors: str

    def is_due(self, scenario: Scenario) -> bool:
        """Whether that is right."""
        return self.status in scenario.due


def run(scenario: Scenario, media: Media, folder: Path, chance: random.Random) -> Ending:
    """Run one scenario to its end."""
    command = [sys.executable, *map(str, scenario.command(media, folder))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        (folder / "errors.txt").open("w+") as errors,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
        ) as process,
    ):
        began = time.monotonic()
        if scenario.signal is not None:
            if scenario.sign is not None:
                _wait_for(folder / scenario.sign, process)
            try:
                process.wait(chance.uniform(*scenario.moments))
            except subprocess.TimeoutExpired:
                began = time.monotonic()
                process.send_signal(scenario.signal)
        try:
            status: int | None = process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            status = None
        seconds = time.monotonic() - began
        errors.seek(0)
        return Ending(status, seconds, errors.read())


def _wait_for(sign: Path, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + LIMIT
    while not sign.exists() and process.poll() is None and time.monotonic() < give_up:
        time.sleep(0.02)


def _process(source: Callable[[Media], Path]) -> Callable[[Media, Path], Sequence[str | Path]]:
    return lambda media, folder: ["-m", "handtrack", "process", source(media), "--out", folder / "session"]


def _window(*arguments: str) -> Callable[[Media, Path], Sequence[str | Path]]:
    return lambda media, folder: [
        *("-m", "handtrack", "run", *arguments),
        *("--set", f"recording.folder={folder / 'sessions'}"),
    ]


def _program(name: str) -> Callable[[Media, Path], Sequence[str | Path]]:
    return lambda media, folder: [
        Path(__file__).with_name("programs") / f"{name}.py",
        media.one_hand,
        media.two_hands,
        folder,
    ]


def _with_amx_double(name: str) -> Callable[[Media, Path], Sequence[str | Path]]:
    programs = Path(__file__).with_name("programs")
    return lambda media, folder: [programs / "with_amx_double.py", programs / f"{name}.py"]


SCENARIOS: Final = (
    Scenario("a video to its end", (0,), _process(lambda media: media.one_hand)),
    Scenario("two hands in the last frames", (0,), _process(lambda media: media.two_hands)),
    Scenario("a folder of photos with two hands", (0,), _process(lambda media: media.photos)),
    Scenario(
        "Ctrl-C while tracking",
        CTRL_C,
        _program("process_without_end"),
        signal.SIGINT,
        WORKING_AND_BEFORE,
    ),
    Scenario(
        "SIGTERM while tracking",
        TERMINATED,
        _program("process_without_end"),
        signal.SIGTERM,
        WORKING_AND_BEFORE,
    ),
    Scenario("an exception in the tracker", (1,), _program("tracker_fails")),
    Scenario(
        "SIGTERM while the program stands still",
        TERMINATED,
        _program("stands_still"),
        signal.SIGTERM,
        (0.0, 0.5),
        sign="stands-still",
    ),
    Scenario("a script that stops nothing", (0,), _program("nothing_is_stopped")),
    Scenario("an engine let go of while it compiles, then Ctrl-C", CTRL_C, _program("engine_let_go")),
    Scenario(
        "the same, as on a processor with AMX",
        CTRL_C,
        _with_amx_double("engine_let_go"),
    ),
    Scenario(
        "engines let go of in two threads, as on a processor with AMX, then Ctrl-C",
        CTRL_C,
        _with_amx_double("engine_let_go_elsewhere"),
    ),
    Scenario("a tracker made anew over itself, then Ctrl-C", CTRL_C, _program("tracker_made_anew")),
    Scenario(
        "a tracker let go of in another thread, then Ctrl-C", CTRL_C, _program("tracker_let_go_elsewhere")
    ),
    Scenario(
        "the window closed while the tracker loads",
        (0,),
        _program("closed_while_loading"),
        window=True,
        closes_itself=True,
    ),
    Scenario("the window closed without a camera", (0,), _window("--quit-after", "2"), window=True),
    Scenario("the window closed over a recording", (0,), _program("closed_while_recording"), window=True),
    Scenario(
        "Ctrl-C in the window's terminal",
        (0, *CTRL_C),
        _window("demo"),
        signal.SIGINT,
        WORKING_AND_BEFORE,
        window=True,
    ),
    Scenario(
        "SIGTERM to the window",
        # Before there is a window the program ends as every other command does.
        (0, *TERMINATED),
        _window("demo"),
        signal.SIGTERM,
        WORKING_AND_BEFORE,
        window=True,
    ),
    Scenario("SIGTERM before the window's loop runs", (0,), _program("signal_while_starting"), window=True),
    Scenario("50 sources, one after the other, in the window", (0,), _program("many_sources"), window=True),
    Scenario("an exception in the window's tracker", (0,), _program("window_tracker_fails"), window=True),
)
