"""A question's words, in French and English: what they ask for, lean on and were meant to be."""
