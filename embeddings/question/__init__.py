"""Reads questions in French and English: spelling, follow-ups, days, sources and terms; pure."""
