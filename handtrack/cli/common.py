"""What the verbs share: their common options, one-line errors, and progress on the terminal."""

from __future__ import annotations

import functools
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

from handtrack.checks import MOST_HANDS
from handtrack.ending import Terminated
from handtrack.errors import ConfigError, HandtrackError
from handtrack.extras import missing_package
from handtrack.plain_text import printable

if TYPE_CHECKING:
    from rich.console import Console

    from handtrack.config import Settings

_EXTRA_OF_VERBS = {
    "benchmark": "train",
    "demo_clip": "synthesis",
    "evaluation": "train",
    "labelling": "train",
    "motion": "synthesis",
    "pose_map": "train",
    "spatial_view": "view",
    "synthesis": "synthesis",
    "training": "train",
    "window": "window",
}
"""The extra that has all that the verbs of a file need; of other files the base is enough."""

Parameters = ParamSpec("Parameters")

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130  # what shells give for a program that Ctrl-C ended
EXIT_TERMINATED = 143  # and that SIGTERM ended

LINE_INTERVAL = 5.0  # seconds between lines of progress where there is no terminal


@functools.cache
def console() -> Console:
    """The terminal for progress and log lines; standard output stays free for results."""
    from rich.console import Console

    return Console(stderr=True)


class _PrintableLines(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The message without what names in files could do to the terminal."""
        return printable(super().formatMessage(record))


class _TerminalLines(logging.Handler):
    """Log lines on the terminal. Rich, which takes a while to import, is only for those who have one."""

    def __init__(self, show_time: bool) -> None:
        super().__init__()
        self._show_time = show_time

    @functools.cached_property
    def _rich(self) -> logging.Handler:
        from rich.logging import RichHandler

        handler = RichHandler(console=console(), show_path=False, show_time=self._show_time, markup=False)
        handler.setFormatter(_PrintableLines("%(message)s"))
        return handler

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self._rich.emit(record)


def _set_up_logging(verbose: bool) -> bool:
    logging.basicConfig(level=logging.WARNING, handlers=[_TerminalLines(verbose)], force=True)
    for name in ("handtrack", "app"):
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
    return verbose


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings that replace the shipped defaults (YAML)."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.KEY=VALUE", help="One setting; may be given more than once."),
]
MirroredOption = Annotated[
    bool,
    typer.Option(
        "--mirrored",
        help="The source shows the world as a mirror does, as most selfies do: turn its pictures back.",
    ),
]
HandsOption = Annotated[
    int | None,
    typer.Option("--hands", min=1, max=MOST_HANDS, help="Most hands to follow; short for tracker.max_hands."),
]
AsVideoOption = Annotated[
    bool,
    typer.Option(
        "--as-video",
        help="A folder of images holds the frames of a video: follow hands from one to the next.",
    ),
]
StreamOption = Annotated[
    list[str] | None,
    typer.Option(
        "--stream",
        metavar="ADDRESS",
        help="Send each result on: udp://, osc://, vmc:// or ws://MACHINE:PORT; may be repeated.",
    ),
]
BeyondOption = Annotated[
    bool,
    typer.Option("--stream-beyond", help="Allow streams beyond this machine; ws:// then needs a token."),
]
ProcessorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--processor",
        metavar="CLASS",
        help="Give each result to a class of yours: module:Class or file.py:Class; may be repeated.",
    ),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Tell what happens meanwhile.", callback=_set_up_logging)
]


def verb(function: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A verb whose foreseen errors become one line on standard error and an exit code."""

    @functools.wraps(function)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except HandtrackError as error:
            _fail(f"error: {error}", EXIT_USAGE if isinstance(error, ConfigError) else EXIT_FAILED)
        except ImportError as error:
            name = function.__name__.replace("_", "-")
            extra = _EXTRA_OF_VERBS.get(function.__module__.rpartition(".")[2])
            missing = missing_package(error, f"`{name}`", extra)
            if missing is None:
                raise
            _fail(f"error: {missing}", EXIT_FAILED)
        except Terminated:
            _fail("terminated", EXIT_TERMINATED)
        except KeyboardInterrupt:
            _fail("interrupted", EXIT_INTERRUPTED)

    return wrapped


def _fail(line: str, code: int) -> None:
    typer.echo(printable(line), err=True)
    raise typer.Exit(code)


def with_options(
    overrides: list[str] | None,
    *,
    mirrored: bool,
    hands: int | None,
    as_video: bool,
    streams: list[str] | None = None,
    beyond: bool = False,
    processors: list[str] | None = None,
) -> list[str]:
    """The --set options with what the short options stand for."""
    return [
        *(overrides or []),
        *(["source.mirrored=true"] if mirrored else []),
        *([f"tracker.max_hands={hands}"] if hands is not None else []),
        *(["playback.images_as_video=true"] if as_video else []),
        *([f"streaming.to={json.dumps(streams)}"] if streams else []),
        *(["streaming.beyond_this_machine=true"] if beyond else []),
        *([f"streaming.processors={json.dumps(processors)}"] if processors else []),
    ]


def settings_of(config: Path | None, overrides: list[str] | None, remembered: Sequence[str] = ()) -> Settings:
    """Settings of the --config and --set options, over what the window remembers. Raises ConfigError."""
    from handtrack.config import load_settings

    return load_settings(config, overrides, remembered)


@contextmanager
def frame_progress(label: str) -> Iterator[Callable[[int, int | None], None]]:
    """Progress of a long job; gives the function to call with the frames done and their total or None.

    A bar on a terminal, which goes away at the end; elsewhere a line now and then.
    """
    if not console().is_terminal:
        yield _progress_in_lines(label)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(), transient=True) as progress:
        task = progress.add_task(label, total=None)

        def update(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        yield update


def _progress_in_lines(label: str) -> Callable[[int, int | None], None]:
    tell = now_and_then(LINE_INTERVAL)
    return lambda done, total: tell(f"{label}: {done} of {total or 'an unknown number of'} frames")


def now_and_then(interval: float) -> Callable[[str], None]:
    """Writes a line to the error stream when the last one is so many seconds old, and else nothing."""
    last = time.monotonic()

    def tell(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= interval:
            last = time.monotonic()
            typer.echo(line, err=True)

    return tell


def check_writable(path: Path | None) -> None:
    """Refuse before the work a file that cannot be written after it. Raises ConfigError."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise ConfigError(f"cannot write {path}: it is a folder, or lies in none; name a file in one")


def fetch_what_finds_hands(settings: Settings) -> None:
    """Have MediaPipe's hand models ready where the settings' detector needs them: our own does not."""
    if settings.tracker.detector in ("palm", "mediapipe"):
        fetch_hand_bundle()


def fetch_hand_bundle() -> Path:
    """Path of MediaPipe's hand bundle, with a progress bar where it must be downloaded first."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from handtrack.detectors.bundle import bundle_path, ensure_hand_bundle

    if bundle_path().is_file():
        return ensure_hand_bundle()
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    terminal = console()
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        task = progress.add_task("fetching MediaPipe's hand models (35 MB)", total=1.0)
        return ensure_hand_bundle(lambda fraction: progress.update(task, completed=fraction))


def fetch_lite_bundle() -> Path:
    """Path of MediaPipe's lite models, for study; says so where they are not there yet."""
    from handtrack.study.evaluation.mediapipe_lite import ensure_lite_bundle, lite_bundle_path

    if not lite_bundle_path().is_file():
        typer.echo("fetching MediaPipe's lite hand models (35 MB)", err=True)
    return ensure_lite_bundle()


def print_session(folder: Path) -> None:
    """Print the summary of a recorded session. Raises SessionError where it cannot be read."""
    from rich.console import Console

    from handtrack.sessions import render_summary, summarise

    Console().print(render_summary(summarise(folder)))
