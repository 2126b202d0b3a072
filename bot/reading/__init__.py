"""Lists and shows the articles; help, starter questions, and the data kept about a person."""
