"""Enriching, training and scoring for headlines."""
