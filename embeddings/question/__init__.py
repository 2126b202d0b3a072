"""When and where a story was published, as a question's words ask it, in French and English."""
