"""The estimator's network: encoder, first guess, refiner, learned joint groups, gate, weights files."""
