"""What is shown: parts of a report, and how they are built from a result document; no word of how they look."""
