"""What Verbatim costs: time, memory and disk against the size of the corpus."""
