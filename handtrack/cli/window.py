"""Verbs that open the window: run, demo."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handtrack.cli.common import (
    AsVideoOption,
    BeyondOption,
    ConfigOption,
    HandsOption,
    MirroredOption,
    ProcessorOption,
    SetOption,
    StreamOption,
    VerboseOption,
    check_writable,
    fetch_what_finds_hands,
    frame_progress,
    print_session,
    settings_of,
    verb,
    with_options,
)
from handtrack.errors import HandtrackError
from handtrack.extras import require

if TYPE_CHECKING:
    from handtrack.config import Settings

SOURCE_HELP = (
    "Camera index, name or id, a video file, a folder of images, `rendered` for a rendered hand, or `demo` "
    "for the shipped clip of one. Default: the camera of the settings, or without one a page to choose from."
)

DEMO_SOURCE_HELP = (
    "As for `run`. Default: the first camera, or else a rendered hand; without a screen, the shipped clip."
)


@verb
def run(
    source: Annotated[str | None, typer.Argument(help=SOURCE_HELP)] = None,
    screenshot: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Save a picture of the window once a hand is tracked, then quit."),
    ] = None,
    quit_after: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=0.0, help="Quit after so many seconds, of measuring if it measures."
        ),
    ] = None,
    measure: Annotated[
        Path | None,
        typer.Option(
            metavar="JSON", help="Save how fast the window was and what it used, when it is closed."
        ),
    ] = None,
    mirrored: MirroredOption = False,
    hands: HandsOption = None,
    as_video: AsVideoOption = False,
    stream: StreamOption = None,
    stream_beyond: BeyondOption = False,
    processor: ProcessorOption = None,
    config: ConfigOption = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Open the window."""
    require("`run`", "window")
    check_writable(measure)
    overrides = with_options(
        overrides,
        mirrored=mirrored,
        hands=hands,
        as_video=as_video,
        streams=stream,
        beyond=stream_beyond,
        processors=processor,
    )
    settings = settings_of(config, overrides)
    raise typer.Exit(
        _open_window(source, settings, _remembering(config, overrides), screenshot, quit_after, measure)
    )


@verb
def demo(
    source: Annotated[str | None, typer.Argument(help=DEMO_SOURCE_HELP)] = None,
    config: ConfigOption = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show the program at work, without a screen in files under out/."""
    from handtrack.demo import DEMO_FOLDER, demo_source, run_headless_demo
    from handtrack.screen import has_screen

    require("`demo`", "window")
    settings = settings_of(config, overrides)
    screen = has_screen()
    chosen = demo_source(source, screen)
    if not source and not chosen.isdecimal():
        reason = "there is no camera" if screen else "there is no screen"
        typer.echo(f"{reason}: the demo shows a rendered hand, whose joints are known", err=True)
    if screen:
        raise typer.Exit(_open_window(chosen, settings, _remembering(config, overrides)))
    fetch_what_finds_hands(settings)
    typer.echo(
        f"writing a session, a video and a picture of the window to {DEMO_FOLDER}/; "
        "as long as the source lasts, and half a minute",
        err=True,
    )
    with frame_progress("tracking") as progress:
        files = run_headless_demo(chosen, settings, progress=progress)
    print_session(files["session"])
    for what, path in files.items():
        typer.echo(f"{what}: {path}")


def _remembering(config: Path | None, overrides: list[str] | None) -> Callable[[Sequence[str]], Settings]:
    """Gives the settings of the options over those that the window remembers, which only it can read."""
    return lambda remembered: settings_of(config, overrides, remembered)


def _open_window(
    source: str | None,
    settings: Settings,
    remembering: Callable[[Sequence[str]], Settings],
    screenshot: Path | None = None,
    quit_after: float | None = None,
    measure: Path | None = None,
) -> int:
    from handtrack.screen import has_screen

    if not has_screen() and "QT_QPA_PLATFORM" not in os.environ:
        # Qt would abort the process.
        raise HandtrackError(
            "there is no screen for the window; use `handtrack process SOURCE --out DIR`, or xvfb-run"
        )
    try:
        from app.main import run_window
    except ImportError as error:
        raise HandtrackError(
            f"the window cannot open ({error}); `handtrack doctor` says what is missing"
        ) from None
    return run_window(
        source,
        settings,
        screenshot=screenshot,
        quit_after=quit_after,
        measure=measure,
        remembering=remembering,
    )
