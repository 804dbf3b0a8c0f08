"""Trees, history and derivations: the repository."""
