"""Datasets: tables in commits as folders of Parquet parts, and one view over items, labels and predictions."""
