"""Curation: where a model fails, which labels are wrong, and which items to ask about next."""
