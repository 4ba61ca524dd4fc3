"""A local HTTP server whose latency is configured and audited; it knows nothing of the simulator."""
