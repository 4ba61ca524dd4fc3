"""Repetitions as Chrome trace events; pure: from samples to text, and who writes it is elsewhere."""
