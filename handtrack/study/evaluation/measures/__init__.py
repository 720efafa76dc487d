"""What is measured: pure functions of arrays of errors, and their summary for one estimator on one set."""
