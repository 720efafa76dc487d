"""Verbs that label real hands, and that learn to read their depth: label, label-doubtful, depth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handtrack.cli.common import (
    VerboseOption,
    check_writable,
    fetch_hand_bundle,
    fetch_lite_bundle,
    frame_progress,
    verb,
)
from handtrack.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from handtrack.study.datasets.labelling.label_hands import LabelSummary


@verb
def label(
    images: Annotated[
        Path, typer.Argument(help="Folder of pictures and clips, searched with all its folders.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the labels; an interrupted run goes on there.")
    ],
    every: Annotated[int, typer.Option(min=1, help="Take each so-many-th frame of a clip.")] = 4,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PATTERN", help="Only files like images/*/a*.jpg; may be given more than once."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that look at pictures at a time.")] = 2,
    sheet: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw 64 of the hands kept, to be looked at.")
    ] = None,
    rejected_sheet: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw 64 of the hands rejected.")
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also put the labels alone into this small file (.parquet), among those of other pictures.",
        ),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Label the hands in pictures: many looks of MediaPipe's network, and a skeleton fitted to them."""
    from handtrack.study.datasets.labelling.label_archive import ARCHIVE_SUFFIX, update_archive
    from handtrack.study.datasets.labelling.label_hands import label_hands, passes_folder, summarise
    from handtrack.study.datasets.labelling.label_run import look_at_pictures, picture_names
    from handtrack.study.datasets.labelling.label_sheet import draw_sheet
    from handtrack.study.datasets.labelling.label_store import write_labels
    from handtrack.study.datasets.labelling.manifest import read_manifest
    from handtrack.study.datasets.labelling.pass_store import read_passes

    if archive is not None and archive.suffix != ARCHIVE_SUFFIX:
        raise ConfigError(f"--archive writes a {ARCHIVE_SUFFIX} file; {archive} is named otherwise")
    facts = read_manifest(images)
    names = picture_names(images, every, only or ("*",))
    store = passes_folder(out)
    with frame_progress("labelling") as progress:
        look_at_pictures(
            images, names, store, fetch_hand_bundle(), workers, lambda done: progress(done, len(names))
        )
    passes = read_passes(store, names)
    with frame_progress("fitting skeletons") as progress:
        table = label_hands(passes, facts, progress)
    summary = summarise(passes, table, facts)
    if summary.kept == 0:
        raise SourceError(
            f"no hand could be labelled in {summary.pictures} pictures below {images} "
            f"({summary.unreadable} unreadable, {summary.without_hand} without a hand)"
        )
    write_labels(out, table)
    if archive is not None:
        update_archive(archive, table, names)
    _print(summary)
    for path, kept in ((sheet, True), (rejected_sheet, False)):
        if path is not None:
            draw_sheet(path, images, table, kept)
            typer.echo(f"sheet of {'kept' if kept else 'rejected'} hands: {path}")
    typer.echo(f"labels: {out}")


def _print(summary: LabelSummary) -> None:
    from handtrack.study.datasets.labelling.careful_labels import REASONS
    from handtrack.study.datasets.labelling.label_table import KEPT

    typer.echo(
        f"{summary.hands} hands found in {summary.pictures} pictures; {summary.without_hand} pictures "
        f"without a hand, {summary.unreadable} unreadable"
    )
    typer.echo(f"{summary.kept} hands labelled ({_share(summary.kept, summary)}); rejected because")
    for reason, count in summary.verdicts.items():
        if reason != KEPT and count:
            typer.echo(f"  {count:6d} ({_share(count, summary)})  {REASONS[reason]}")
    for kind, error in summary.tips.items():
        typer.echo(
            f"error at measured thumb and index tips of {error.hands} hands, {kind}: "
            f"mean {error.mean_percent:.2f} % of the hand's extent ({error.mean_pixels:.2f} px), "
            f"median {error.median_percent:.2f} % ({error.median_pixels:.2f} px)"
        )


def _share(count: int, summary: LabelSummary) -> str:
    return f"{100 * count / max(summary.hands, 1):.1f} %"


@verb
def label_doubtful(
    images: Annotated[Path, typer.Argument(help="Folder of the pictures that --labels belong to.")],
    labels: Annotated[Path, typer.Option(metavar="FILE", help="Labels written by `handtrack label`.")],
    splits: Annotated[Path, typer.Option(metavar="FILE", help="Which pictures are validation: these alone.")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to write the labels (.parquet), for those of before.")
    ],
    sheet: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw 64 of them, to be looked at.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Label validation's hands that `handtrack label` rejected as doubtful, to measure weights on.

    Where MediaPipe's full and lite networks agree on most joints.
    """
    import numpy as np

    from handtrack.study.datasets.labelling.doubtful_hands import label_doubtful
    from handtrack.study.datasets.labelling.label_archive import ARCHIVE_SUFFIX, update_archive
    from handtrack.study.datasets.labelling.label_sheet import draw_sheet
    from handtrack.study.datasets.labelling.label_store import read_labels
    from handtrack.study.datasets.labelling.manifest import read_manifest
    from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
    from handtrack.study.datasets.splits import validation_mask

    if out.suffix != ARCHIVE_SUFFIX:
        raise ConfigError(f"--out writes a {ARCHIVE_SUFFIX} file; {out} is named otherwise")
    check_writable(out)
    check_writable(sheet)
    table = read_labels(labels)
    facts = read_manifest(images)
    known_empty = np.array([name in facts and facts[name].no_hand for name in map(str, table.name)])
    wanted = validation_mask(splits, table.name) & ~known_empty
    teacher = LandmarkTeacher(fetch_lite_bundle())
    with frame_progress("asking") as progress:
        agreed = label_doubtful(images, table, wanted, teacher, progress)
    if not len(agreed):
        raise SourceError(f"of no hand that {labels} rejects do the networks agree on enough joints")
    update_archive(out, agreed, table.name)
    typer.echo(f"{len(agreed)} of {int((~table.kept & wanted).sum())} rejected hands labelled: {out}")
    if sheet is not None:
        draw_sheet(sheet, images, agreed, kept=True)
        typer.echo(f"sheet of them: {sheet}")


@verb
def depth(
    rendered: Annotated[
        Path, typer.Argument(help="Folder of rendered hands, as `handtrack synth` writes it.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write the reader; by default the one that `label` uses."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Hands to show to MediaPipe's network.")] = 4500,
    steps: Annotated[
        int, typer.Option(min=1, help="Batches from which the lift of points is learned.")
    ] = 90_000,
    verbose: VerboseOption = False,
) -> None:
    """Learn from rendered hands how deep a hand is that MediaPipe's network saw; `label` reads depths so."""
    import torch

    from handtrack.study.datasets.labelling.depth_fit import fit_reader, look_at_hands
    from handtrack.study.datasets.labelling.depth_reader import READER_FILE, save_reader
    from handtrack.study.datasets.labelling.lift_fit import exact_hands, fit_lift
    from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
    from handtrack.study.datasets.rendered import RenderedShards

    hands = RenderedShards(rendered)
    teacher = LandmarkTeacher(fetch_hand_bundle())
    torch.set_num_threads(1)  # the networks are so small that more cost time
    with frame_progress("looking") as progress:
        seen = look_at_hands(hands, teacher, count, lambda done: progress(done, min(count, len(hands))))
    with frame_progress("reading") as progress:
        exact = exact_hands(hands, lambda done: progress(done, len(hands)))
    with frame_progress("learning") as progress:
        lift = fit_lift(exact, steps, progress=lambda done: progress(done, steps))
    reader, errors = fit_reader(lift, seen)
    path = READER_FILE if out is None else out
    save_reader(reader, path, f"handtrack depth --count {count} --steps {steps}, {len(hands)} rendered hands")
    typer.echo(
        f"mean depth error on {errors.hands} rendered hands left out, % of the hand's extent: "
        f"MediaPipe's depth in the image {errors.in_image:.1f}, "
        f"of its world coordinates {errors.in_world:.1f} (both scaled to fit), "
        f"lifted points {errors.lift:.1f}, reader {errors.reader:.1f}\n"
        f"reader: {path}"
    )
