"""The sets that estimators are compared on, from what lies on disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError
from handtrack.geometry import DEFAULT_PALM_LENGTH_M
from handtrack.skeleton import PINCHING_TIPS
from handtrack.study.datasets.labelling.doubtful_images import DoubtfulImages
from handtrack.study.datasets.labelling.label_store import LabelledImages
from handtrack.study.datasets.labelling.manifest import PictureFacts, read_manifest
from handtrack.study.datasets.labelling.nails import nails_near, tips_in_nails
from handtrack.study.datasets.rendered import RenderedShards
from handtrack.study.datasets.sample import HandDataset, HandSample
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.evaluation.comparison import EvaluationSet, MarkedNails
from handtrack.study.evaluation.stereo_set import StereoHands

STEREO = "stereo pair"
LABELLED = "labelled validation"
RENDERED_HANDS = "rendered hands"
DOUBTFUL_HANDS = "doubtful hands"


class Subset:
    """Some samples of a data set, in the given order."""

    def __init__(self, dataset: HandDataset, indices: np.ndarray) -> None:
        self.name = dataset.name
        self._dataset = dataset
        self._indices = indices

    def __len__(self) -> int:
        """Number of samples."""
        return len(self._indices)

    def __getitem__(self, index: int) -> HandSample:
        """Sample number index of the subset."""
        return self._dataset[int(self._indices[index])]


def stereo_set(folder: Path) -> EvaluationSet:
    """The hands that `handtrack stereo` wrote: one person's one hand, whose palm counts as 90 mm.

    Its joints in the image are the teacher's own, so image errors favour MediaPipe; depth comes from the
    other view.
    """
    return EvaluationSet(STEREO, StereoHands(folder), DEFAULT_PALM_LENGTH_M)


def rendered_set(folder: Path) -> EvaluationSet:
    """Rendered hands in shards."""
    return EvaluationSet(RENDERED_HANDS, RenderedShards(folder))


def doubtful_set(root: Path, labels: Path) -> EvaluationSet:
    """Hands about which the teacher's passes differ, at the joints on which MediaPipe's networks agree.

    So the truth is theirs, and favours both.
    """
    return EvaluationSet(DOUBTFUL_HANDS, DoubtfulImages(root, labels))


def labelled_set(root: Path, labels: Path, splits: Path) -> EvaluationSet:
    """The validation part of the careful labels, with measured finger tips and marked nails where known.

    The labels are the teacher's own, so they favour it; the measured tips do not. Nails favour it a little:
    a label that missed most of them was rejected.
    """
    hands = LabelledImages(root, labels, kind="careful")
    chosen = np.flatnonzero(validation_mask(splits, hands.files))
    if not len(chosen):
        raise SourceError(f"no labelled hand in {labels} is validation by {splits}; label the same pictures")
    facts = read_manifest(root)
    hands_in = Counter(hands.files.tolist())
    measured = {}
    for file in hands.files[chosen].tolist():
        tips = facts[file].tips if file in facts else None
        # With two hands in the picture nothing says whose tips they are.
        if tips is not None and hands_in[file] == 1:
            measured[file] = dict(zip(PINCHING_TIPS, tips, strict=True))
    nails = _marked_nails(hands, chosen, facts)
    return EvaluationSet(LABELLED, Subset(hands, chosen), measured_points=measured, nails=nails)


def _marked_nails(
    hands: LabelledImages, chosen: np.ndarray, facts: Mapping[str, PictureFacts]
) -> dict[int, MarkedNails]:
    """Nails of the chosen hands, by their place among these. A nail near two labelled hands is nobody's."""
    joints_in: dict[str, list[np.ndarray]] = {}
    for label in hands.labels:
        joints_in.setdefault(label.file, []).append(label.joints_2d)
    marked = {}
    for place, label in enumerate(hands.labels[index] for index in chosen):
        nails = facts[label.file].nails if label.file in facts else np.zeros((0, 4))
        claims = sum(nails_near(joints, nails).astype(int) for joints in joints_in[label.file])
        boxes = nails[nails_near(label.joints_2d, nails) & (claims == 1)]
        if len(boxes):
            marked[place] = MarkedNails(boxes, tips_in_nails(label.joints_2d, boxes))
    return marked
