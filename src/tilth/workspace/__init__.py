"""The real workspace behind the doors: the contract over the packages below."""
