"""Ranks candidate passages by evidence and computes the confidence of each; pure numpy."""
