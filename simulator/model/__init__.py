"""What physics allows: bounds from what single jobs need. Pure; knows nothing of cells."""
