"""Pipelines: specs, jobs, and what they leave: code that runs whenever its inputs change."""
