"""Verb that shows where hands are among poses and views, and where weights fail: poses."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handtrack.cli.common import VerboseOption, check_writable, frame_progress, verb
from handtrack.errors import ConfigError, SourceError

if TYPE_CHECKING:
    import numpy as np

    from handtrack.model.network import HandNetwork
    from handtrack.study.datasets.sample import HandDataset

TRAINING, VALIDATION = "real training", "real validation"
_NEIGHBOUR_CLASSES = 5
_HANDS_A_CELL = 3
_SHEET_CELL = 112  # pixels


@verb
def poses(
    images: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Pictures that --labels belong to.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Labels written by `handtrack label`.")
    ] = None,
    splits: Annotated[
        Path, typer.Option(metavar="FILE", help="Which labelled pictures are validation.")
    ] = Path("configs/training/splits.yaml"),
    rendered: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Shards written by `handtrack synth`; may be given more than once."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rendered hands of each folder at most.")] = 4000,
    weights: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also their error in each cell, on validation and rendered hands."),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Draw hands of each cell, to be looked at.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Count hands by pose and view, and measure weights in each cell; prints tables in Markdown.

    Of labelled pictures also how far validation's hands are from the nearest of each other set, and the error
    of the weights by that.
    """
    from handtrack.study.datasets.pose_map import cell_counts, cell_means, poses_and_views
    from handtrack.study.evaluation.pose_map_hands import as_right_hands, mapped_errors

    check_writable(sheet)
    sets = _sets(images, labels, splits, rendered or [], limit)
    network = None if weights is None else _network(weights)
    joints_of: dict[str, np.ndarray] = {}
    validation_errors: np.ndarray | None = None
    for name, (hands, chosen) in sets.items():
        with frame_progress(name) as update:
            joints = joints_of[name] = as_right_hands(hands, chosen, update)
        pose, view = poses_and_views(joints)
        typer.echo(_table(f"{name}: hands", cell_counts(pose, view), "{:d}"))
        if network is not None and name != TRAINING:
            with frame_progress(f"measuring {name}") as update:
                errors = mapped_errors(network, hands, chosen, update)
            if name == VALIDATION:
                validation_errors = errors.image_percent
            for title, values, form in (
                ("2D error, %", errors.image_percent, "{:.1f}"),
                ("aligned 3D error, mm", errors.aligned_mm, "{:.1f}"),
                ("thumb and index tip within 0.1, % of the hands", errors.tips_percent, "{:.0f}"),
            ):
                typer.echo(_table(f"{name}: {title}", cell_means(pose, view, values), form))
        if sheet is not None:
            path = sheet.with_stem(f"{sheet.stem}-{name.replace(' ', '-').replace('/', '-')}")
            _draw(path, hands, chosen, pose, view)
            typer.echo(f"sheet: {path}\n")
    if VALIDATION in sets:
        _tell_neighbours(sets, joints_of, validation_errors)


def _tell_neighbours(
    sets: dict[str, tuple[HandDataset, np.ndarray]],
    joints_of: dict[str, np.ndarray],
    errors: np.ndarray | None,
) -> None:
    """Validation's hands by how near the other sets' hands are. errors: (N,) of them in the image, %."""
    import numpy as np

    from handtrack.study.datasets.labelling.label_store import LabelledImages
    from handtrack.study.datasets.pose_neighbours import NEIGHBOURS, distance_to_nearest

    labelled, chosen = sets[VALIDATION]
    assert isinstance(labelled, LabelledImages)
    trained_on = {labelled.labels[i].source for i in sets[TRAINING][1]}
    new = np.array([labelled.labels[i].source not in trained_on for i in chosen])
    kinds = {"collections trained on": ~new, "other collections": new}
    near: dict[str, np.ndarray] = {}
    for name, joints in joints_of.items():
        if name != VALIDATION and len(joints) >= NEIGHBOURS:
            with frame_progress(f"nearest in {name}") as update:
                near[name] = distance_to_nearest(joints_of[VALIDATION], joints, progress=update)
    if not near:
        return
    typer.echo(f"\n**{VALIDATION}: distance to the nearest {NEIGHBOURS} hands, median, % of the hand**\n")
    typer.echo(f"| | hands | {' | '.join(near)} |\n| --- |{' --- |' * (len(near) + 1)}")
    for kind, those in kinds.items():
        cells = (f"{np.median(each[those]):.1f}" if those.any() else "" for each in near.values())
        typer.echo(f"| {kind} | {those.sum()} | {' | '.join(cells)} |")
    if errors is None or TRAINING not in near:
        return
    distance = near[TRAINING]
    ends = np.quantile(distance, np.linspace(0, 1, _NEIGHBOUR_CLASSES + 1))
    classes = np.clip(np.searchsorted(ends, distance, side="right") - 1, 0, _NEIGHBOUR_CLASSES - 1)
    typer.echo(f"\n**{VALIDATION}: 2D error, % (hands), by the distance to {TRAINING} hands, %**\n")
    heads = (f"{low:.1f} to {high:.1f}" for low, high in itertools.pairwise(ends))
    typer.echo(f"| | {' | '.join(heads)} |\n| --- |{' --- |' * _NEIGHBOUR_CLASSES}")
    for kind, those in kinds.items():
        rows = [errors[those & (classes == number)] for number in range(_NEIGHBOUR_CLASSES)]
        cells = (f"{row.mean():.1f} ({len(row)})" if len(row) else "" for row in rows)
        typer.echo(f"| {kind} | {' | '.join(cells)} |")


def _sets(
    images: Path | None, labels: Path | None, splits: Path, rendered: list[Path], limit: int
) -> dict[str, tuple[HandDataset, np.ndarray]]:
    """Data sets and which of their hands, by what they are called."""
    import numpy as np

    from handtrack.study.datasets.labelling.label_store import LabelledImages
    from handtrack.study.datasets.rendered import RenderedShards
    from handtrack.study.datasets.splits import validation_mask

    sets: dict[str, tuple[HandDataset, np.ndarray]] = {}
    if (images is None) != (labels is None):
        raise ConfigError("--images and --labels belong together; give both or neither")
    if images is not None and labels is not None:
        labelled = LabelledImages(images, labels)
        held_out = validation_mask(splits, labelled.files)
        sets[TRAINING] = (labelled, np.flatnonzero(~held_out))
        sets[VALIDATION] = (labelled, np.flatnonzero(held_out))
    last = [folder.name for folder in rendered]
    for folder in rendered:
        shards = RenderedShards(folder)
        name = folder.name if last.count(folder.name) == 1 else folder
        sets[f"rendered {name}"] = (shards, np.arange(min(len(shards), limit)))
    if not sets:
        raise ConfigError("there is nothing to map; give --images with --labels, or --rendered")
    return sets


def _network(weights: Path) -> HandNetwork:
    import torch

    from handtrack.model.checkpoint import load_weights

    torch.set_num_threads(1)
    return load_weights(weights)[0]


def _table(title: str, values: np.ndarray, form: str) -> str:
    from handtrack.study.datasets.pose_map import POSES, VIEWS

    lines = [f"\n**{title}**\n", f"| | {' | '.join(VIEWS)} |", f"| --- |{' --- |' * len(VIEWS)}"]
    for pose, row in zip(POSES, values.tolist(), strict=True):
        cells = ("" if value != value else form.format(value) for value in row)
        lines.append(f"| {pose} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _draw(path: Path, hands: HandDataset, chosen: np.ndarray, poses: np.ndarray, views: np.ndarray) -> None:
    import cv2
    import numpy as np

    from handtrack.study.datasets.pose_map import POSES, VIEWS
    from handtrack.study.evaluation.pose_map_hands import upright_picture

    blank = np.full((_SHEET_CELL, _SHEET_CELL, 3), 64, np.uint8)
    rows = []
    for pose in range(len(POSES)):
        cells = []
        for view in range(len(VIEWS)):
            here = chosen[(poses == pose) & (views == view)]
            # Far apart in the set: neighbours are often the same person.
            some = here[np.linspace(0, len(here) - 1, min(_HANDS_A_CELL, len(here))).astype(int)]
            drawn = [upright_picture(hands[int(i)], _SHEET_CELL) for i in some]
            cells += drawn + [blank] * (_HANDS_A_CELL - len(drawn))
        rows.append(np.hstack(cells))
    if not cv2.imwrite(str(path), np.vstack(rows)):
        raise SourceError(f"the sheet cannot be written to {path}; give a .png file in a folder that exists")
