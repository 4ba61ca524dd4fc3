"""Runs one fetch-and-parse job under threads, asyncio and processes, and says which is faster and why."""
