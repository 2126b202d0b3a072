"""Words: BM25 over stems and character 4-grams, as plain arrays; pure."""
