"""Code folders as they cross a door: one archive, the same bytes for the same files."""

from tilth.execution.code import archive_code as archive_code

__all__ = ["archive_code"]
