"""A folder with one module: what a fork server runs first, before it preloads what its children need."""
