"""What one function does under threads, processes and an event loop, and how much of its time it holds the GIL."""
