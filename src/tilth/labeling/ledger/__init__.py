"""The ledger of labeling: the only place with its SQL. Everything happens inside the caller's transaction."""
