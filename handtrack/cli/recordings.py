"""Verbs around recorded sessions: process, show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import (
    ConfigOption,
    SetOption,
    VerboseOption,
    fetch_hand_bundle,
    frame_progress,
    print_session,
    settings_of,
    verb,
)


@verb
def process(
    source: Annotated[str, typer.Argument(help="Video file, folder of images, camera index or camera:NAME.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the session, new or empty.")],
    annotate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the video with the hands drawn on it.")
    ] = None,
    config: ConfigOption = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Track every frame of a source and record a session."""
    from handtrack.processing import process_source

    settings = settings_of(config, overrides)
    fetch_hand_bundle()
    with frame_progress("tracking") as progress:
        summary = process_source(source, out, settings, annotate=annotate, progress=progress)
    typer.echo(str(summary))


@verb
def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a recorded session.")],
) -> None:
    """Sum up a recorded session."""
    print_session(folder)
