"""A run in a few lines of Markdown."""
