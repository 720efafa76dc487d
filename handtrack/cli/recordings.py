"""Verbs around recorded sessions: process, show, check, repair."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

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
    fetch_what_finds_hands,
    frame_progress,
    print_session,
    settings_of,
    verb,
    with_options,
)
from handtrack.errors import ConfigError, SessionError
from handtrack.plain_text import printable


@verb
def process(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...", help="Video file, image, folder of images, camera index or camera:NAME."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder for the session, new or empty; of several sources, each has one in it.",
        ),
    ],
    annotate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write the video with the hands drawn on it; frames larger than before begin NAME_2.",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Of several sources, how many at a time; default: one a core.")
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
    """Track every frame of a source, or of several, and record a session.

    Images are seen each by itself, as photos are, unless they are told to be a video's frames.
    """
    from handtrack.processing import process_source

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
    fetch_what_finds_hands(settings)
    if len(sources) > 1:
        if annotate is not None:
            raise ConfigError("--annotate names one video; give it with one source")
        if settings.streaming.to:
            raise ConfigError("a stream has one source at a time; give --stream with one source")
        _process_files(sources, out, workers, config, overrides)
        return
    with frame_progress("tracking") as progress:
        summary = process_source(sources[0], out, settings, annotate=annotate, progress=progress)
    typer.echo(str(summary))


def _process_files(
    sources: list[str], out: Path, workers: int | None, config: Path | None, overrides: list[str]
) -> None:
    from handtrack.batch_processing import FileOutcome, process_files

    options = ["--config", str(config)] if config else []
    for each in overrides:
        options += ["--set", each]

    def tell(outcome: FileOutcome) -> None:
        typer.echo(f"{outcome.source}\n{outcome.text}\n", err=outcome.failed)

    outcomes = process_files(sources, out, workers or os.cpu_count() or 1, options, tell)
    failed = [outcome.source for outcome in outcomes if outcome.failed]
    if failed:
        raise SessionError(f"{len(failed)} of {len(sources)} sources failed: {', '.join(failed)}")


@verb
def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a recorded session.")],
) -> None:
    """Sum up a recorded session."""
    print_session(folder)


@verb
def check(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a recorded session.")],
) -> None:
    """Verify a recorded session: its hashes, gaps, clock and pictures."""
    from handtrack.sessions import check_session

    found = check_session(folder)
    lines = {"ok": found.good, "note": found.notes, "problem": found.problems, "lost": found.lost}
    for word, sentences in lines.items():
        for sentence in sentences:
            typer.echo(f"{word:>7}  {printable(sentence)}")
    if found.problems:
        raise SessionError(f"{folder} is not whole; what is left is made whole by: handtrack repair {folder}")
    if found.lost:
        raise SessionError(f"{folder} lacks pictures, which nothing can rebuild; its hands can be used")


@verb
def repair(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a recorded session.")],
) -> None:
    """Rebuild the tables and the manifest of a session that was cut or damaged; the old files are kept."""
    from handtrack.sessions import repair_session

    repaired = repair_session(folder)
    for sentence in repaired.done or ("nothing to repair",):
        typer.echo(printable(sentence))
    if repaired.kept:
        typer.echo(f"kept beside: {', '.join(printable(path.name) for path in repaired.kept)}")
