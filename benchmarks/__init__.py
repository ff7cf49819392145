"""This project measured against its alternatives; run each as `python -m benchmarks.NAME`."""
