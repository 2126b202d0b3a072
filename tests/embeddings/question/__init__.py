"""Tests of embeddings/question."""
