"""What a workspace promises to whoever stands at its door: one file per noun, with its facet and its values.

Values are frozen and JSON-shaped, the same for the local and the remote workspace. Times are milliseconds since 1970
UTC; digests and seals are 64 hex digits; sizes are bytes; money is in the currency that its labeling project names.
"""
