"""Vectors: the models that make them, and the indexes that search them."""
