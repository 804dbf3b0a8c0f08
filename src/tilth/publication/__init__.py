"""The one way in which derived commits are made."""
