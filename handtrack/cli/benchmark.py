"""The verb that measures speed: bench."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import VerboseOption, check_writable, fetch_hand_bundle, verb
from handtrack.errors import SourceError


@verb
def bench(
    clip: Annotated[
        Path | None, typer.Argument(help="A video that shows a hand; the built-in clip if none is given.")
    ] = None,
    engine: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An engine; may be given more than once. Default: all that work."),
    ] = None,
    frames: Annotated[
        int | None, typer.Option(min=10, help="Frames of the clip and of each comparison, at most. [200]")
    ] = None,
    memory_frames: Annotated[
        int | None, typer.Option(min=100, help="Frames tracked to see whether memory grows. [4000]")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer repetitions: rougher values.")] = False,
    window: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1.0, help="Also measure the window, open for so long."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write all values to a file.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Measure speed beside MediaPipe on the same frames; prints tables in Markdown.

    Nothing else should use the machine meanwhile. Goals that are missed are no error.
    """
    from rich.console import Console

    from handtrack.sources.demo_clip import demo_clip
    from handtrack.study.evaluation.speed.bench import Effort, bench_values, run_bench
    from handtrack.study.evaluation.speed.tables import bench_lines

    check_writable(json_file)
    effort = Effort.quick() if quick else Effort()
    effort = effort.with_limits(frames, memory_frames, window)
    fetch_hand_bundle()
    measured = run_bench(
        clip or demo_clip(), engine or [], effort, lambda part: typer.echo(f"measuring {part}", err=True)
    )
    # A table that is folded is not Markdown.
    terminal = Console(width=250, highlight=False, soft_wrap=False)
    for line in bench_lines(measured):
        if isinstance(line, str):
            typer.echo(line)
        else:
            terminal.print(line)
    if json_file:
        try:
            json_file.write_text(json.dumps(bench_values(measured), indent=1), encoding="utf-8")
        except OSError as error:
            raise SourceError(f"cannot write {json_file}: {error.strerror or error}") from None
