"""Answers questions: the entry points (cog), and the steps from a question to its card."""
