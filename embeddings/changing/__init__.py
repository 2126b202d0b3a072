"""Changing a collection: planned, built, and made true by one transaction."""
