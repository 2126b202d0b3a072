"""The retrieval product: from a folder of articles to quotes that answer, without Discord."""
