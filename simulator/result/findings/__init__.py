"""Findings: kinds and their numbers."""
