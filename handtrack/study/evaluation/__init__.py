"""How good an estimator is: measures, sets of hands whose truth is known, and comparisons on them."""
