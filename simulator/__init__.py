"""Runs one fetch-and-parse job under threads, asyncio and processes, and says which is faster and why."""

__version__ = "0.1.0"
