"""Splits stored texts into paragraphs, sentences and words; pure."""
