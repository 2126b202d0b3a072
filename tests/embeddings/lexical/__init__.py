"""Tests of embeddings/lexical."""
