"""What the figures in the docs were measured with: `make bench`."""
