"""Changes of a collection: planned, built as a snapshot, published by one transaction."""
