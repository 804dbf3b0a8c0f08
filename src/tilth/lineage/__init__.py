"""Reading derivations: what a commit came from, and what came from it."""
