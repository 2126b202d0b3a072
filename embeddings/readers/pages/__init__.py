"""Reads web pages: splits them into blocks, selects the story, and reads or guesses its fields."""
