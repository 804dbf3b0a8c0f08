"""Steps over a dataset: describe every item by numbers, analyse all of them, train on them."""
