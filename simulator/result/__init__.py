"""What was measured: samples, observations, repetitions, cells and the versioned result document. Pure data."""
