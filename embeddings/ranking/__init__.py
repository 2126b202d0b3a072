"""What the ranker weighs: the evidence for each candidate, and how sure it makes us."""
