"""Data in and out of versions: archives, URLs, buckets, other workspaces. Stands on the contract, for every door."""
