"""Adds articles from watched folders and feeds."""
