"""Labelled sets: what they hold, what is measured on them, and the confidence fitted on them."""
