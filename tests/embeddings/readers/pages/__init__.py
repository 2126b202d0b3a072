"""Tests of embeddings/readers/pages."""
