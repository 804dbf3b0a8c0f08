"""The code of the pipelines that Tilth makes for people: this folder is snapshotted into each of their recipes."""
