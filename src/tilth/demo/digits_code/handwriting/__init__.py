"""Features, datasets, training, evaluation and selection for handwritten digits."""
