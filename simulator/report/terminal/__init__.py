"""A report on a terminal, or in plain text."""
