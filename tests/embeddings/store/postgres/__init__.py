"""Tests of the shared store, on a real PostgreSQL with pgvector."""
