"""Runs one cell once: launches the driver beside a mock server, and observes it from outside."""
