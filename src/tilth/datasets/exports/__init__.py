"""Exports: items of a dataset as one archive, in the layouts that other programs read."""
