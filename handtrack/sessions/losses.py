"""What was lost on the way into a recording, in the words that every place uses."""

from __future__ import annotations

from dataclasses import dataclass

from handtrack.pipeline import PipelineStats


@dataclass(frozen=True, slots=True)
class LostFrames:
    """Frames of a source that a recording lacks, by who lost them.

    recorder: left out, because the disk was slower than the tracking. untracked: replaced by newer ones
    before the tracker took them. failed: the tracker failed on them. source: lost before they were read.
    """

    recorder: int = 0
    untracked: int = 0
    failed: int = 0
    source: int = 0

    @classmethod
    def between(cls, before: PipelineStats, after: PipelineStats, recorder: int = 0) -> LostFrames:
        """What a pipeline lost between two looks at it."""
        return cls(
            recorder=recorder,
            untracked=after.dropped - before.dropped,
            failed=after.failed - before.failed,
            source=after.missed - before.missed,
        )

    def sentences(self) -> tuple[str, ...]:
        """One for each kind that happened."""
        return tuple(
            f"{count} frame{'' if count == 1 else 's'} {what}"
            for count, what in (
                (self.recorder, "left out by the recorder"),
                (self.untracked, "never tracked (replaced by newer ones)"),
                (self.failed, "failed in the tracker"),
                (self.source, "lost by the source"),
            )
            if count
        )
