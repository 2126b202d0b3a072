"""Making a snapshot, publishing it, and keeping the last ones to go back to."""
