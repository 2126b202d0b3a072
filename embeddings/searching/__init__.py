"""The insides of the two indexes: inverted vectors, words, and the best of some postings."""
