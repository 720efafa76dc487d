"""Verbs that train the estimator, compare trainings and make weights ready for the runtimes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from handtrack.cli.common import SetOption, VerboseOption, check_writable, console, now_and_then, verb

_LINE_INTERVAL = 60.0
"""Seconds between lines of progress where there is no terminal."""


RunFolderOption = Annotated[Path, typer.Option(metavar="DIR", help="Folder for the weights and the log.")]
MaxHoursOption = Annotated[
    float | None, typer.Option(min=0.001, help="End the run after so many hours, its schedule included.")
]


@verb
def train(
    config: Annotated[Path, typer.Argument(help="Settings of the run (configs/training/).")],
    out: RunFolderOption,
    max_hours: MaxHoursOption = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Train the estimator; `torchrun --nproc-per-node N -m handtrack train …` uses N processes."""
    from handtrack.study.training.run import train as run_training
    from handtrack.study.training.settings import load_training_settings

    settings = load_training_settings(config, overrides or ())
    if max_hours is not None:
        settings.max_hours = max_hours
    with _bar("training") as update:
        report = run_training(settings, out, _told(update))
    for name, value in report.get("validation", {}).items():
        typer.echo(f"{name}: {value}")


@verb
def train_finder(
    config: Annotated[Path, typer.Argument(help="Settings of the run (configs/training/finder.yaml).")],
    out: RunFolderOption,
    max_hours: MaxHoursOption = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Train the network that finds hands in whole frames; `torchrun` as for `train`."""
    from handtrack.study.training.finder.run import train_finder as run_training
    from handtrack.study.training.finder.settings import load_finder_settings

    settings = load_finder_settings(config, overrides or ())
    if max_hours is not None:
        settings.max_hours = max_hours
    with _bar("training") as update:
        found = run_training(settings, out, _told(update))
    for name, value in found.items():
        typer.echo(f"{name}: {value}")


@verb
def mix(
    weights: Annotated[
        list[Path], typer.Argument(help="Weights that runs began with, and those that they came to.")
    ],
    config: Annotated[
        Path,
        typer.Option(metavar="CONFIG", help="Settings of that run: its data, and its gate's."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the mean.")],
    share: Annotated[
        list[float] | None,
        typer.Option(
            min=0.0, max=1.0, help="Share in the mean, once for each but the first (as much of each)."
        ),
    ] = None,
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Write the mean of weights: of runs that went on from the same ones it is often better than each."""
    from handtrack.study.training.mixing import mix_weights
    from handtrack.study.training.settings import load_training_settings

    report = mix_weights(weights, share or (), load_training_settings(config, overrides or ()), out)
    for name, value in report["validation"].items():
        typer.echo(f"{name}: {value}")


@verb
def presence(
    weights: Annotated[Path, typer.Argument(help="Finished weights.")],
    config: Annotated[Path, typer.Option(metavar="CONFIG", help="Settings of their run: its data.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the weights that come of it.")],
    overrides: SetOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Teach weights what they take for a hand and is none; their joints stay as they are."""
    from handtrack.study.training.presence_run import refit_presence
    from handtrack.study.training.settings import load_training_settings

    report = refit_presence(weights, load_training_settings(config, overrides or ()), out)
    typer.echo(f"{report['lures']} crops without a hand were learned from")


@verb
def study(
    plan: Annotated[
        Path, typer.Argument(metavar="FILE", help="Base and runs (configs/training/ablations.yaml).")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the runs; what is there stays.")],
    workers: Annotated[int, typer.Option(min=1, help="Runs at a time, a process each.")] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Also write all values to a file.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Train runs that differ in one thing each, and print them beside each other as a Markdown table."""
    from rich.console import Console

    from handtrack.study.training.study import load_study, run_study, write_rows
    from handtrack.study.training.study_table import study_table

    check_writable(json_file)
    planned = load_study(plan)
    with _bar("runs") as update:
        rows = run_study(
            planned, out, workers, lambda done, total: update(done / total, f"{done} of {total}")
        )
    # Wide enough for any row: a table that is folded is not Markdown.
    Console(width=600).print(study_table(rows))
    if json_file:
        write_rows(json_file, rows)


@verb
def graphs(
    weights: Annotated[Path, typer.Argument(help="A weights file; its graphs are written beside it.")],
    int8: Annotated[
        Path | None,
        typer.Option(
            metavar="CONFIG",
            help="Also encoder or finder in 8 bits, by the data of these training settings.",
        ),
    ] = None,
    finder: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The weights are a finder's; its graph is written here."),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Write weights as graphs for OpenVINO and ONNX Runtime, without which they run in torch."""
    if finder is not None:
        from handtrack.detectors.finder_graph import export_finder, export_finder_in_8_bits

        export_finder(weights, finder)
        typer.echo(finder)
        if int8 is not None:
            from handtrack.study.training.finder.run import frames_to_quantise
            from handtrack.study.training.finder.settings import load_finder_settings

            frames = frames_to_quantise(load_finder_settings(int8))
            typer.echo(export_finder_in_8_bits(weights, finder, frames))
        return
    from handtrack.engines.graph_export import export_graphs

    for path in export_graphs(weights):
        typer.echo(path)
    if int8 is not None:
        from handtrack.study.evaluation.quantisation import quantise
        from handtrack.study.training.settings import load_training_settings

        path, closeness = quantise(weights, load_training_settings(int8))
        typer.echo(path)
        typer.echo(
            f"beside the exact encoder, on {closeness.hands} validation hands: 2D error "
            f"{closeness.error_2d_over_exact:.4f} x, PA-MPJPE {closeness.pa_mpjpe_over_exact:.4f} x"
        )


def _told(update: Callable[[float, str], None]) -> Callable[[float, dict[str, float]], None]:
    """What a run calls with the share done and its values, which are told as text."""

    def text(value: float) -> str:
        return f"{value:.0f}" if value.is_integer() else f"{value:.4g}"  # many steps are not 1.014e+04

    return lambda share, values: update(share, "  ".join(f"{k} {text(v)}" for k, v in values.items()))


@contextmanager
def _bar(label: str) -> Iterator[Callable[[float, str], None]]:
    """Progress of a run; gives the function to call with the share done (0..1) and a short text.

    A bar on a terminal; elsewhere, as in a log file, a line now and then.
    """
    if not console().is_terminal:
        tell = now_and_then(_LINE_INTERVAL)
        yield lambda share, note: tell(f"{label}: {share:.1%}  {note}")
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console(), transient=True) as progress:
        task = progress.add_task(label, total=1.0, note="")
        yield lambda share, note: progress.update(task, completed=share, note=note)
