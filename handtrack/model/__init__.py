"""The estimator's network: backbone, recursive refiner, learned joint groups, gate, weights files."""
