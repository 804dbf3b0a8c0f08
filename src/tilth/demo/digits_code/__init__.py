"""The handwriting demo's pipeline code: this folder is snapshotted into each recipe."""
