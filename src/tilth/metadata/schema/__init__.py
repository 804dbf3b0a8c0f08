"""All tables of the workspace database, one file per noun; who needs a noun loads its file, and `everything` loads all.

Ids are text of 32 hex digits, digests are 32 raw bytes, times are Unix milliseconds, JSON is canonical text.
Only SQL that SQLite and PostgreSQL both understand is used on them.
"""
