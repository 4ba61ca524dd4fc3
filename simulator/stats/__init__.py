"""Statistics: intervals of ratios, a two-way layout, exact percentiles. Pure; knows nothing of cells."""
