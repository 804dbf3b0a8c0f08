"""One file per promise; `python -m benchmarks` runs them all and prints ratios to a peer in the same run."""
