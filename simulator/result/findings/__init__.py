"""Findings: of each kind the numbers that support it."""
