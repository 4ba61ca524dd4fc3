"""The commands and their options. What they do is imported when they are called: `--help` must not wait for it."""
