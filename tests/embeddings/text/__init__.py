"""Tests of embeddings/text."""
