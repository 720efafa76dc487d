"""Whether the learned joint groups are groups: how sure the selector is of each joint's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handtrack.model.network import HandNetwork


def group_certainty(network: HandNetwork) -> float:
    """Smallest, over the joints, of the probability that a joint is drawn into its likeliest group, 0..1.

    The Concrete distribution draws a group with its softmax probability at any temperature (Gumbel-max).
    """
    return network.head.selector.certainty().min().item()
