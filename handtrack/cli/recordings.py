"""Verbs around recorded sessions: process, show, check, repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handtrack.batch.watching import SUMMARY_NAME
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

if TYPE_CHECKING:
    from handtrack.config import Settings


@verb
def process(
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="Folder for the session, new or empty; of several sources, each has one in it.",
        ),
    ],
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE...", help="Video file, image, folder of images, camera index or camera:NAME."
        ),
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", metavar="FILE", help="Also the sources in a text file, one on each line."),
    ] = None,
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
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Have the workers of a Dask scheduler do it, such as tcp://HEAD:8786."
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Of several sources, make anew what was made with other settings, or from an older file.",
        ),
    ] = False,
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

    Of several sources (or with --list or --scheduler) those that are done already are left as they are: the
    same command goes on where it ended. Images are seen each by itself, as photos are, unless they are told
    to be a video's frames.
    """
    named = sources or []
    if not named and listed is None:
        raise ConfigError("no source is named; give a video file, or a list of them with --list FILE")
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
    if len(named) > 1 or listed or scheduler or force or (out / SUMMARY_NAME).exists():
        if annotate is not None:
            raise ConfigError("--annotate names one video; give it with one source")
        if settings.streaming.to:
            raise ConfigError("a stream has one source at a time; give --stream with one source")
        if workers is not None and scheduler is not None:
            raise ConfigError("--workers are of this machine; those of --scheduler are started beside it")
        _process_many(named, listed, out, settings, workers, scheduler, force)
        return
    from handtrack.processing import process_source

    with frame_progress("tracking") as progress:
        summary = process_source(named[0], out, settings, annotate=annotate, progress=progress)
    typer.echo(str(summary))


def _process_many(
    named: list[str],
    listed: Path | None,
    out: Path,
    settings: Settings,
    workers: int | None,
    scheduler: str | None,
    force: bool,
) -> None:
    from handtrack.batch.listing import SourceList
    from handtrack.batch.run import process_many
    from handtrack.cli.batch_progress import batch_progress

    sources = SourceList(named, listed)
    with batch_progress(sources.count) as watcher:
        summary = process_many(
            sources, out, settings, workers=workers, scheduler=scheduler, force=force, watcher=watcher
        )
    if summary.failed:
        raise SessionError(
            f"{summary.failed} of {summary.total} sources failed; run the same again to try these once more"
        )


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
