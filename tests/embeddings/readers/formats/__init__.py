"""Tests of embeddings/readers/formats."""
