"""Datums: cutting the trees that a pipeline reads into items, brought forward by what changed."""
