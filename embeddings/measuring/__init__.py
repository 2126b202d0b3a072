"""Labelled sets: reading them, measuring answers on them, and fitting the confidence on them."""
