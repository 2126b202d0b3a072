"""The lexical index and its postings; pure."""
