"""The pretend Ideogram: its API, its pictures, its status page, and the ways it can fail."""
