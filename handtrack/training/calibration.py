"""The scale of sigma, fitted on held-out hands once the network is final."""

from __future__ import annotations

import numpy as np

from handtrack.training.validation import Predictions


def sigma_factors(predictions: Predictions) -> dict[str, float]:
    """Factors for the image's and the depth's sigma that put 68.3 % of errors inside one sigma.

    Fitted over all loops and all joints but the wrist, whose depth is zero by definition.
    """
    image = np.abs(predictions.xy - predictions.joints[None, ..., :2])[:, :, 1:]
    depth = np.abs(predictions.z - predictions.joints[None, ..., 2])[:, :, 1:]
    sigma = predictions.sigma[:, :, 1:]
    return {
        "image": round(float(np.quantile(image / sigma[..., :1], 0.683)), 4),
        "depth": round(float(np.quantile(depth / sigma[..., 1], 0.683)), 4),
    }
