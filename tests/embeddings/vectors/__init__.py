"""Tests of embeddings/vectors."""
