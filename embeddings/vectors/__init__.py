"""The models that encode texts to vectors, and the indexes that search vectors."""
