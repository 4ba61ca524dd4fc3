"""A run as one flat table, in formats that other programs read."""
