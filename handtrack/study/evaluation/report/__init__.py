"""An evaluation as a table, as plain values, and as one page with curves and the worst hands."""
