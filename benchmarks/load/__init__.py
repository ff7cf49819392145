"""Many people at once, against the served site; run it as `python -m benchmarks.load`."""
