"""Verb that makes a clip of the rendered hand with its truth: clip."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import VerboseOption, frame_progress, verb


@verb
def clip(
    out: Annotated[
        Path, typer.Argument(metavar="FILE.mp4", help="Where the video goes; its truth lies beside it.")
    ],
    seed: Annotated[int, typer.Option(min=0, help="Which hand, motion and room.")] = 0,
    panoramas: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with *.hdr for light and background.")
    ] = None,
    begin: Annotated[float, typer.Option(min=0.0, help="Seconds of the film that are left out.")] = 0.0,
    seconds: Annotated[float, typer.Option(min=0.1, help="Length.")] = 10.0,
    crf: Annotated[int, typer.Option(min=0, max=51, help="x264 quality; lower is better and larger.")] = 25,
    verbose: VerboseOption = False,
) -> None:
    """Make a clip of a rendered hand, with where its joints truly are."""
    from handtrack.sources.demo_clip import record_clip
    from handtrack.sources.rendered import RenderedSource
    from handtrack.sources.truth_file import truth_path

    if out.suffix.lower() != ".mp4":
        from handtrack.errors import ConfigError

        raise ConfigError(f"{out} is no name for a clip: let it end in .mp4")
    source = RenderedSource(seed, realtime=False, panoramas=panoramas, begin=begin)
    with frame_progress("rendering") as progress:
        size = record_clip(source, out, seconds=seconds, crf=crf, progress=progress)
    typer.echo(f"{out} and {truth_path(out).name}: {size / 1e6:.2f} MB")
