"""Findings in words: one module for each kind."""
