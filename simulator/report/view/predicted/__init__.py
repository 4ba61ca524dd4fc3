"""A report on what is predicted, built from the prediction document alone."""
