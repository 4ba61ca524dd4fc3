"""What one job alone lets one tell of many: bounds, mean values, and a simulation. Pure; knows nothing of cells."""
