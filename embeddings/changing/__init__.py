"""Changing a collection: proposed, written down first, done whole or not at all, and remembered."""
