"""What the comparisons of a bench share: clip, detector and settings for one hand, and how long they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handtrack.config import TrackerSettings
from handtrack.detectors import HandFinder
from handtrack.hand import Frame
from handtrack.study.evaluation.speed.clip_frames import Clip, Size
from handtrack.study.evaluation.speed.race import Contestant, Race, race
from handtrack.study.evaluation.speed.timing import NoiseProbe


@dataclass(frozen=True, slots=True)
class Trial:
    """Runs on count frames of a clip, after warm_up frames that do not count.

    detector, settings: for one hand. probe: is asked beside every frame how noisy the machine is.
    """

    clip: Clip
    detector: HandFinder
    settings: TrackerSettings
    count: int
    warm_up: int
    probe: NoiseProbe

    def frames(self, size: Size | None = None, *, two_hands: bool = False) -> Iterator[Frame]:
        """The frames, warm-up included; two_hands: the picture beside its mirror image."""
        return self.clip.to_and_fro(self.count + self.warm_up, size, two_hands=two_hands)

    def race(
        self, contestants: Sequence[Contestant], size: Size | None = None, *, two_hands: bool = False
    ) -> Race:
        """All contestants on all frames, taking turns; frames as `frames` gives them."""
        return race(contestants, self.frames(size, two_hands=two_hands), self.probe, self.warm_up)
