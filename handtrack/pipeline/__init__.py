"""Capture and tracking in the background, with the latest result for a window and queues for recorders."""

from handtrack.pipeline.pipeline import Pipeline
from handtrack.pipeline.slot import LatestSlot
from handtrack.pipeline.stats import PipelineStats
from handtrack.pipeline.status import PipelineState
from handtrack.pipeline.subscription import Mailbox, Subscription

__all__ = ["LatestSlot", "Mailbox", "Pipeline", "PipelineState", "PipelineStats", "Subscription"]
